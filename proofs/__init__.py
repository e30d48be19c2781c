"""Proofs: RFC 6962 trees and C2SP signed notes. Pure; knows no ledger."""
