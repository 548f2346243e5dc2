-- what pushes to people or leaves the database; detection stays readable.

-- scheduled actions of ours: a copy judges and reminds nobody by itself
UPDATE ir_cron
   SET active = false
 WHERE id IN (
       SELECT res_id
         FROM ir_model_data
        WHERE model = 'ir.cron'
          AND module LIKE 'mfg\_variance%'
);
DELETE FROM ir_cron_trigger
 WHERE cron_id IN (
       SELECT res_id
         FROM ir_model_data
        WHERE model = 'ir.cron'
          AND module LIKE 'mfg\_variance%'
);

-- rules that react on cases: a copy tells nobody, calls nobody
UPDATE base_automation
   SET active = false
 WHERE model_id IN (
       SELECT id
         FROM ir_model
        WHERE model LIKE 'mfg.variance.%'
);

-- steps of playbooks that run what an administrator wrote: it may call anything
UPDATE mfg_variance_playbook_step
   SET active = false
 WHERE kind IN ('server_action', 'notify', 'activity');

-- messages on their way to the screens of the original
DELETE FROM bus_bus;
