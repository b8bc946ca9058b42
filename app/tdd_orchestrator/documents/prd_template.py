"""A PRD to copy: every form that is understood, with nothing in it that the lint would complain about."""

PRD_TEMPLATE = """\
# Name of the feature

Copy this file to `prds/<name>.md`, write your own words over these, and commit it to a branch with a pull request.
`tdd ingest prds/<name>.md` shows at once what is missing.

## Context

Who needs this, and why. The planner reads it; nothing is proven by it.

## REQ-1: Prices are shown with two decimals

One requirement under one heading. Say what can be seen from outside, not how it is built.

Acceptance:

- Given a price of 5 cents, when it is shown, then it reads `0.05`
- Given a text that is no price, when it is read, then a ValueError says so

## REQ-2: A cart adds up its prices

Depends on: REQ-1

A cart holds articles with a quantity, and gives the sum of all of them.

Acceptance:

- An empty cart costs `0.00`
- Two articles of `12.50` cost `25.00`

## Out of scope

Currencies other than the one in use.
"""
