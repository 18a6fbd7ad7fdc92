"""What ``fetcher audit`` reads and writes: its targets, its options, its forms and its baseline. No command."""
