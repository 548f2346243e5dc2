"""The production files: the compose schema's rules, then this repository's own."""

import configparser
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ONE_SHOT = {"initialise"}
SECRET_NAME = re.compile(r"PASSWORD|SECRET|KEY|TOKEN")


@pytest.fixture(scope="module")
def compose(root):
    return yaml.safe_load((root / "docker-compose.yml").read_text())


@pytest.fixture(scope="module")
def options(root):
    parser = configparser.RawConfigParser()
    parser.read(root / "odoo.conf")
    return parser["options"]


def test_compose_file_follows_the_schema(root):
    checker = Path(sys.executable).with_name("check-jsonschema")
    command = [checker, "--builtin-schema", "vendor.compose-spec", "docker-compose.yml"]
    answer = subprocess.run(
        command, cwd=root, capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_schema_check_refuses_a_broken_file(root, tmp_path):
    broken = tmp_path / "docker-compose.yml"
    text = (root / "docker-compose.yml").read_text()
    broken.write_text(text.replace("    healthcheck:", "    healthchecks:", 1))
    checker = Path(sys.executable).with_name("check-jsonschema")
    command = [checker, "--builtin-schema", "vendor.compose-spec", broken]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert answer.returncode == 1


def test_lasting_services_have_a_health_check_and_come_back(compose):
    for name, service in compose["services"].items():
        if name in ONE_SHOT:
            assert service["restart"] == "no"
        else:
            assert service["healthcheck"]["test"], name
            assert service["restart"] == "unless-stopped", name


def test_no_secret_has_a_value_or_a_default(root, compose):
    for name, service in compose["services"].items():
        for variable, value in service.get("environment", {}).items():
            if SECRET_NAME.search(variable):
                assert variable.endswith("_FILE"), f"{name}: {variable}"
                assert value.startswith("/run/secrets/"), f"{name}: {variable}"
    for name, secret in compose["secrets"].items():
        assert set(secret) == {"environment"}, name
    defaults = re.findall(r"\$\{(\w+):-", (root / "docker-compose.yml").read_text())
    assert not [variable for variable in defaults if SECRET_NAME.search(variable)]


def test_every_secret_used_is_declared(compose):
    for service in compose["services"].values():
        assert set(service.get("secrets", [])) <= set(compose["secrets"])


def test_images_are_pinned_and_official(compose):
    images = {name: row["image"] for name, row in compose["services"].items()}
    assert images["db"] == "postgres:17"
    assert all(re.search(r":\d", image) for image in images.values()), images


def test_ports_are_open_on_loopback_only(compose):
    for name, service in compose["services"].items():
        for port in service.get("ports", []):
            assert port.startswith("127.0.0.1:"), f"{name} opens {port}"


def test_scheduled_actions_have_a_server_of_their_own(compose, options):
    assert options.getint("workers") >= 2
    assert options.getint("max_cron_threads") == 0
    command = compose["services"]["cron"]["command"]
    assert "--max-cron-threads=2" in command
    assert "ports" not in compose["services"]["cron"]


def test_servers_wait_for_the_database_and_its_initialisation(compose):
    for name in ("odoo", "cron"):
        depends = compose["services"][name]["depends_on"]
        assert depends["db"]["condition"] == "service_healthy"
        done = depends["initialise"]["condition"]
        assert done == "service_completed_successfully"


def test_n8n_is_optional(compose):
    assert compose["services"]["n8n"]["profiles"] == ["automation"]
    for name, service in compose["services"].items():
        assert name == "n8n" or "profiles" not in service
        assert "n8n" not in service.get("depends_on", {})


def test_odoo_conf_hides_databases_and_trusts_the_proxy(options):
    assert options.getboolean("list_db") is False
    assert options.getboolean("proxy_mode") is True
    assert not [name for name in options if "passw" in name]


def test_connections_fit_the_server(options):
    """HTTP workers, bus and cron server together stay below PostgreSQL's 100."""
    processes = options.getint("workers") + 2
    assert processes * options.getint("db_maxconn") < 100


def test_image_bakes_every_addon_and_the_pins(root):
    text = (root / "Dockerfile").read_text()
    assert "FROM odoo:19.0" in text
    assert "requirements-addons.txt" in text
    for manifest in root.glob("*/__manifest__.py"):
        addon = manifest.parent.name
        if addon == "mfg_variance_demo":  # never in production
            assert addon not in text
            continue
        assert f"COPY --chown=root:root {addon} /mnt/extra-addons/{addon}" in text
        assert f"!{addon}" in (root / ".dockerignore").read_text()
    assert text.rindex("USER odoo") > text.rindex("USER root")


def test_initialise_is_valid_shell(root):
    script = root / "container" / "initialise"
    assert subprocess.run(["bash", "-n", script], check=False).returncode == 0
    assert script.stat().st_mode & 0o111
