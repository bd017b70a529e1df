"""Nobody gets a place in an event for a person who was erased, however her request raced with the erasure.

Inserting a registration waits for the erasure's lock on the person's row, and would then go on: the row is still there.
This looks at it again once the lock is free. "Lock not available" is what the portal answers with "busy, try again".
"""

from django.db import migrations

CREATE = """
CREATE FUNCTION registration_of_erased_person() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    gone timestamptz;
BEGIN
    SELECT erased_at INTO gone FROM members_member WHERE id = NEW.member_id FOR KEY SHARE;
    IF gone IS NOT NULL THEN
        RAISE EXCEPTION 'member % was erased', NEW.member_id USING ERRCODE = 'lock_not_available';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER registration_of_erased_person BEFORE INSERT OR UPDATE OF state, member_id ON events_registration
FOR EACH ROW WHEN (NEW.state IN ('pending', 'confirmed', 'waitlisted', 'offered'))
EXECUTE FUNCTION registration_of_erased_person();
"""
DROP = """
DROP TRIGGER registration_of_erased_person ON events_registration;
DROP FUNCTION registration_of_erased_person();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("forestallies", "0001_database_functions"),
        ("members", "0012_own_data"),
        ("events", "0010_disputes"),
    ]
    operations = [migrations.RunSQL(CREATE, DROP)]
