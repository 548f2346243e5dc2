"""What people, programs and stored code try with held stock and held work.

Each attack is the text of a server action, so that the same lines are run by every
role, with ``sudo()``, with a forged context and as stored code. ``lot``, ``quant``,
``shelf`` and so on are records in the environment of the attacker.
"""

# held lot ``lot`` with its quant, and a quantity of ``nut`` in ``quarantine``
STOCK = {
    "lower the quantity": "quant.write({'quantity': 3})",
    "empty the quant": "quant.write({'quantity': 0})",
    "call it another lot": "quant.write({'lot_id': other.id})",
    "take the lot away": "quant.write({'lot_id': False})",
    "call it elsewhere": "quant.write({'location_id': shelf.id})",
    "call it at the customer": "quant.write({'location_id': customers.id})",
    "put it in a package": "quant.write({'package_id': package.id})",
    "give it an owner": "quant.write({'owner_id': partner.id})",
    "delete the quant": "quant.unlink()",
    "book it below zero": (
        "env['stock.quant'].create({'product_id': lot.product_id.id, "
        "'location_id': stock.id, 'lot_id': lot.id, 'quantity': -2})"
    ),
    "load a quantity": (
        "result = env['stock.quant'].load("
        "['.id', 'quantity'], [[str(quant.id), '1']])\n"
        "if result['messages']:\n    raise UserError(str(result['messages']))"
    ),
    "load a count": (
        "result = env['stock.quant'].with_context(inventory_mode=True).load("
        "['.id', 'inventory_quantity_auto_apply'], [[str(quant.id), '1']])\n"
        "if result['messages']:\n    raise UserError(str(result['messages']))"
    ),
    "count it away": (
        "q = quant.with_context(inventory_mode=True)\n"
        "q.write({'inventory_quantity': 1})\n"
        "q.action_apply_inventory()"
    ),
    "count it to nothing": (
        "quant.with_context(inventory_report_mode=True)"
        ".action_set_inventory_quantity_zero()\n"
        "quant.with_context(inventory_mode=True).action_apply_inventory()"
    ),
    "relocate it": (
        "env['stock.quant.relocate'].create({'quant_ids': [(6, 0, quant.ids)], "
        "'dest_location_id': shelf.id}).action_relocate_quants()"
    ),
    "move the lot": "single.write({'location_id': shelf.id})",
    "move the package": "full_package.write({'location_id': shelf.id})",
    "unpack": "full_package.unpack()",
    "scrap it": (
        "env['stock.scrap'].create({'product_id': lot.product_id.id, 'lot_id': lot.id, "
        "'scrap_qty': 1, 'location_id': stock.id}).action_validate()"
    ),
    "unbuild it": (
        "env['mrp.unbuild'].create({'product_id': lot.product_id.id, "
        "'lot_id': lot.id, 'product_qty': 1, 'bom_id': bom.id, "
        "'location_id': stock.id, 'location_dest_id': stock.id}).action_unbuild()"
    ),
    "deliver it": (
        "delivery.move_ids.write({'move_line_ids': [(5,), (0, 0, {"
        "'product_id': lot.product_id.id, 'lot_id': lot.id, 'quantity': 1})]})\n"
        "delivery.move_ids.write({'picked': True})\n"
        "delivery.button_validate()"
    ),
    "add a line to a done delivery": (
        "env['stock.move.line'].create({'move_id': done_move.id, "
        "'picking_id': done_move.picking_id.id, 'product_id': lot.product_id.id, "
        "'lot_id': lot.id, 'quantity': 1, 'location_id': stock.id, "
        "'location_dest_id': customers.id})"
    ),
    "swap the lot of a done line": "done_line.write({'lot_id': lot.id})",
    "raise a done line of the lot": "lot_line.write({'quantity': 2})",
    "done line from elsewhere": "lot_line.write({'location_id': shelf.id})",
    "take it from quarantine": "loose.write({'quantity': 0})",
    "call it out of quarantine": "loose.write({'location_id': stock.id})",
    "rename the lot": "lot.write({'name': 'CLEAN-1'})",
    "another product": "lot.write({'product_id': nut.id})",
    "load a name": (
        "result = env['stock.lot'].load(['.id', 'name'], [[str(lot.id), 'CLEAN']])\n"
        "if result['messages']:\n    raise UserError(str(result['messages']))"
    ),
    "say it is free": "lot.write({'variance_hold_strength': False})",
    "delete the lot": "lot.unlink()",
    "move the shelf it is on": "stock.write({'location_id': far_stock.id})",
    "move the quarantine": "quarantine.write({'location_id': stock.id})",
    "quarantine to the customer": "quarantine.write({'usage': 'customer'})",
    "archive the quarantine": "quarantine.write({'active': False})",
    "no quarantine any more": "quarantine.write({'variance_is_quarantine': False})",
    "another quarantine": "plant.write({'quarantine_location_id': shelf.id})",
    "archive the product": "lot.product_id.write({'active': False})",
    "archive the template": "lot.product_id.product_tmpl_id.write({'active': False})",
    "no stock any more": "lot.product_id.write({'is_storable': False})",
    "not tracked any more": "lot.product_id.write({'tracking': 'none'})",
    "lift the hold": "hold.write({'state': 'lifted'})",
    "weaken the hold": "hold.write({'strength': 'no_ship'})",
    "hold another lot": "hold.write({'lot_id': other.id})",
    "less held": "loose_hold.write({'quantity': 1})",
    "delete the hold": "hold.unlink()",
    "load a state": (
        "result = env['mfg.variance.hold'].load(['.id', 'state'], "
        "[[str(hold.id), 'lifted']])\n"
        "if result['messages']:\n    raise UserError(str(result['messages']))"
    ),
}
# not begun and held as an order, a work order and by its center
WORK = {
    "start the work order": "workorder.button_start()",
    "write its state": "workorder.write({'state': 'progress'})",
    "write it done": "workorder.write({'state': 'done'})",
    "set its state": "workorder.set_state('done')",
    "finish it": "workorder.button_finish()",
    "set its duration": "workorder.write({'duration': 30})",
    "start a timer": (
        "env['mrp.workcenter.productivity'].create({'workorder_id': workorder.id, "
        "'workcenter_id': workorder.workcenter_id.id, 'loss_id': loss.id})"
    ),
    "a timer into the future": (
        "env['mrp.workcenter.productivity'].create({'workorder_id': workorder.id, "
        "'workcenter_id': workorder.workcenter_id.id, 'loss_id': loss.id, "
        "'date_end': '2099-01-01 00:00:00'})"
    ),
    "a work order that runs": (
        "env['mrp.workorder'].create({'name': 'X', 'state': 'progress', "
        "'production_id': workorder.production_id.id, "
        "'workcenter_id': workorder.workcenter_id.id})"
    ),
    "write the order done": "workorder.production_id.write({'state': 'done'})",
    "write the order in progress": (
        "workorder.production_id.write({'state': 'progress'})"
    ),
    "start the order": "workorder.production_id.action_start()",
    "mark the order done": "workorder.production_id.button_mark_done()",
    "load a state": (
        "result = env['mrp.workorder'].load(['.id', 'state'], "
        "[[str(workorder.id), 'Finished']])\n"
        "if result['messages']:\n    raise UserError(str(result['messages']))"
    ),
}
# what only code kept in the database could try besides
STORED = {
    "as the system": "hold._as_system().write({'state': 'lifted'})",
    "lift without a grant": "hold._lift(hold)",
    "lift by a user": "hold._lift(env.user)",
    "settle": "loose_hold._settle(loose_hold, 4)",
    "narrow": "hold._narrow(hold, 1)",
    "gather it": (
        "env['stock.quant'].sudo()._update_available_quantity("
        "lot.product_id, stock, -5, lot_id=lot)"
    ),
    "a move of one's own": (
        "m = env['stock.move'].sudo().create({'product_id': lot.product_id.id, "
        "'product_uom_qty': 1, 'location_id': stock.id, "
        "'location_dest_id': customers.id, 'picked': True, 'move_line_ids': [(0, 0, {"
        "'product_id': lot.product_id.id, 'quantity': 1, 'lot_id': lot.id, "
        "'location_id': stock.id, 'location_dest_id': customers.id})]})\n"
        "m._action_done()"
    ),
    "a flag on the lot": (
        "lot._as_held_system().write({'variance_hold_strength': False})"
    ),
}
