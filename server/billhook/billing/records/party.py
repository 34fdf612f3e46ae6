"""Sellers and customers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlmodel import col

from billhook.billing.finding import find, vat_columns, vat_of
from billhook.billing.inputs.party import CreateCustomer, CreateSeller, PartyInput
from billhook.billing.records.changing import add, assign, changed, refuse_if_used
from billhook.domain.party import Party
from billhook.domain.words import Series
from billhook.store.sorting import sort_key
from billhook.store.tables import Customer, Invoice, NumberSeries, Project, Seller

if TYPE_CHECKING:
    from billhook.billing.operation import Keys
    from billhook.billing.transaction import Transaction


def create_seller(tx: Transaction, given: CreateSeller) -> Keys:
    """Add a seller, with the counters of its two series."""
    seller = add(tx, Seller(**_seller_columns(given), created_at=tx.now))
    tx.session.add_all(NumberSeries(seller_id=seller.id, series=series) for series in Series)
    tx.session.flush()
    return {"seller": seller.id}


def update_seller(tx: Transaction, given: Any) -> Keys:
    """Change a seller; booked documents keep what they say."""
    seller = find(tx, Seller, given.id, "id", lock=True)
    present = {
        "party": _party_input(seller.party),
        "vat": vat_of(seller.vat_category, seller.vat_rate),
        **seller.model_dump(include={"iban", "bic", "legal_text", "invoice_number_format", "credit_note_number_format"}),
    }
    assign(tx, seller, _seller_columns(changed(CreateSeller, present, given)))
    return {"seller": seller.id}


def delete_seller(tx: Transaction, given: Any) -> Keys:
    """Delete a seller that has no projects and never sold anything."""
    seller = find(tx, Seller, given.id, "id", lock=True)
    refuse_if_used(
        tx,
        f"Seller '{seller.party.name}'",
        "Keep it; its documents need it.",
        projects=col(Project.seller_id) == seller.id,
        invoices=col(Invoice.seller_id) == seller.id,
    )
    for series in Series:
        tx.session.delete(tx.session.get_one(NumberSeries, (seller.id, series)))
    tx.session.flush()
    tx.session.delete(seller)
    tx.session.flush()
    return {"deleted": given.id}


def create_customer(tx: Transaction, given: CreateCustomer) -> Keys:
    """Add a customer."""
    return {"customer": add(tx, Customer(**_customer_columns(given), created_at=tx.now)).id}


def update_customer(tx: Transaction, given: Any) -> Keys:
    """Change a customer; booked documents keep what they say."""
    customer = find(tx, Customer, given.id, "id", lock=True)
    named_alone = customer.party == Party(name=customer.name)
    present = {
        "party": None if named_alone else _party_input(customer.party),
        **customer.model_dump(include={"name", "kind", "buyer_reference", "payment_term_days"}),
    }
    assign(tx, customer, _customer_columns(changed(CreateCustomer, present, given)))
    return {"customer": customer.id}


def delete_customer(tx: Transaction, given: Any) -> Keys:
    """Delete a customer that has no projects and was never invoiced."""
    customer = find(tx, Customer, given.id, "id", lock=True)
    refuse_if_used(
        tx,
        f"Customer '{customer.name}'",
        "Delete its projects first.",
        projects=col(Project.customer_id) == customer.id,
        invoices=col(Invoice.customer_id) == customer.id,
    )
    tx.session.delete(customer)
    tx.session.flush()
    return {"deleted": given.id}


def _seller_columns(given: CreateSeller) -> dict[str, Any]:
    return {
        "party": Party(**given.party.model_dump()),
        **vat_columns(given.vat),
        **given.model_dump(include={"iban", "bic", "legal_text", "invoice_number_format", "credit_note_number_format"}),
    }


def _customer_columns(given: CreateCustomer) -> dict[str, Any]:
    return {
        "party": Party(**given.party.model_dump()) if given.party else Party(name=given.name),
        "name_sort": sort_key(given.name),
        **given.model_dump(include={"name", "kind", "buyer_reference", "payment_term_days"}),
    }


def _party_input(party: Party) -> PartyInput:
    return PartyInput.model_construct(**{name: getattr(party, name) for name in PartyInput.model_fields})
