"""`python -m geo_zhengzhi` is the command line."""

from geo_zhengzhi.cli import main

main()
