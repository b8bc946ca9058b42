"""Secrets that are none, one of each look; in pieces, so that no scanner of this repository takes them for real."""

PEM = (
    "-----BEGIN RSA "
    + "PRIVATE KEY-----\n"
    + "MIIEowIBAAKCAQEA"
    + "q" * 48
    + "\n"
    + "-----END RSA "
    + "PRIVATE KEY-----"
)
LOOKS = {
    "installation": "ghs" + "_16C7e42F292c6912E7710c838347Ae178B4a",
    "stateless": "ghs" + "_123456_ey" + "Jhbg.eyJpc3.c2lnbmF0dXJl",
    "personal": "ghp" + "_16C7e42F292c6912E7710c838347Ae178B4a",
    "fine grained": "github" + "_pat_11ABCDEFG0abcdefghij_KLMNOPQRSTUVWXYZ",
    "anthropic": "sk-" + "ant-api03-abcdefghijklmnopqrstuvwxyz0123456789",
    "aws": "AKIA" + "IOSFODNN7EXAMPLE",
    "slack": "xoxb" + "-123456789012-abcdefghijkl",
    "slack hook": "hooks.slack" + ".com/services/T00000000/B00000000/abcdefghijkl",
    "jwt": "eyJ" + "hbGciOiJSUzI1NiJ9.eyJ" + "pc3MiOiIxMjM0NTYifQ.c2lnbmF0dXJlLXNpZw",
}
