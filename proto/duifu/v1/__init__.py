"""The published language. Generated from proto/duifu/v1; `make proto` renews it."""
