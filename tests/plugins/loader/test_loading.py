"""Loading: a plugin that is broken is named with its cause, and the others work."""

from __future__ import annotations

import logging

import pytest

from recon.errors import ConfigurationError
from recon.plugins import Plugins
from tests.plugins.loader.frames import lines, view
from tests.plugins.loader.hostile.sound import SoundFormat
from tests.plugins.loader.installed import found, install


def discover(folder, **plugins):
    install(folder, "acme-sound", sound="sound")
    install(folder, "acme-hostile", "6.6", **plugins)
    return Plugins.discover(found(folder))


BROKEN = [
    (
        "raises_at_import",
        r"RuntimeError: no licence found \x1b[2J in this folder (raises_at_import.py:5",
    ),
    ("exits_at_import", "SystemExit: 0 (exits_at_import.py:5 in <module>)"),
    ("raises_at_registration", "ZeroDivisionError (raises_at_registration.py:14 in recon_register"),
    ("hook_typo", "unknown hook 'recon_register_fromats'"),
    (
        "wrong_argument",
        "{'registry'} are declared in the hookimpl but can not be found in the hookspec",
    ),
    ("unmarked", "it has no function that is marked with @hookimpl"),
    ("returns_none", "recon_register_formats returned None, not a list of objects"),
    ("is_not_there", "ModuleNotFoundError: No module named"),
]


@pytest.mark.parametrize(("module", "cause"), BROKEN, ids=[module for module, _ in BROKEN])
def test_a_plugin_that_breaks_is_named_with_its_cause_and_the_rest_works(tmp_path, module, cause):
    plugins = discover(tmp_path, evil=module)

    assert plugins.names("format") == ("sound",)
    (failure,) = plugins.failures
    assert (failure.kind, failure.name) == ("plugin", "evil")
    assert str(failure.owner) == "evil (acme-hostile 6.6)"
    assert cause in failure.error
    assert str(tmp_path) not in failure.error
    assert "\x1b" not in failure.error


def test_a_failure_shows_no_path_of_the_machine(tmp_path):
    plugins = discover(tmp_path, a="raises_at_import", b="hook_typo", c="returns_none")

    assert len(plugins.failures) == 3
    assert not [failure for failure in plugins.failures if "/" in failure.error]


def test_a_plugin_that_wraps_hooks_reaches_nobody_elses(tmp_path):
    plugins = discover(tmp_path, aaa="wraps_others")

    assert plugins.names("format") == ("sound",)
    assert [failure.name for failure in plugins.failures] == ["aaa"]


def test_a_plugin_that_registers_nothing_is_listed_all_the_same(tmp_path):
    plugins = discover(tmp_path, idle="registers_nothing")

    assert [(s.kind, s.name, s.error) for s in plugins.statuses] == [
        ("format", "sound", None),
        ("plugin", "idle", None),
    ]


def test_two_plugins_of_one_name_are_both_named_and_neither_is_used(tmp_path):
    install(tmp_path, "zzz-second", sound="same_object_name")
    plugins = discover(tmp_path)

    assert plugins.names("format") == ()
    assert [status.owner.distribution for status in plugins.failures] == [
        "acme-sound",
        "zzz-second",
    ]
    for failure in plugins.failures:
        assert "sound (acme-sound 1.0), sound (zzz-second 1.0)" in failure.error


def test_two_objects_of_one_name_are_both_named_and_neither_is_used(tmp_path):
    plugins = discover(tmp_path, second="same_object_name")

    assert plugins.names("format") == ("other",)
    assert [(f.kind, f.name, f.owner.plugin) for f in plugins.failures] == [
        ("format", "sound", "second"),
        ("format", "sound", "sound"),
    ]
    for failure in plugins.failures:
        assert "second (acme-hostile 6.6), sound (acme-sound 1.0)" in failure.error


def test_an_object_that_does_not_satisfy_its_protocol_is_refused_and_its_neighbours_stay(tmp_path):
    plugins = discover(tmp_path, mixed="wrong_objects")

    assert plugins.names("format") == ("kept", "sound")
    errors = sorted(failure.error.split("registration: ")[1] for failure in plugins.failures)
    assert errors == [
        "None does not have all that a Format has: name, read, sniff",
        "OSError: the network is down (wrong_objects.py:25 in name)",
        "SoundFormat is a class; return an object of it",
        "Unreadable does not have all that a Format has: name, read, sniff",
        "its name '../../etc' is not made of a-z, 0-9, dot, dash and underscore",
        "its name None is not made of a-z, 0-9, dot, dash and underscore",
    ]


def test_the_order_of_installation_decides_nothing(tmp_path):
    plugins = {"b": "wrong_objects", "a": "same_object_name", "c": "hook_typo"}
    one, other = tmp_path / "one", tmp_path / "other"
    for folder, order in ((one, sorted(plugins)), (other, sorted(plugins, reverse=True))):
        for name in order:
            install(folder, f"dist-{name}", **{name: plugins[name]})
    forward = Plugins.discover(found(one))
    backward = Plugins.discover(reversed(found(other)))

    assert forward.statuses == backward.statuses
    assert forward.names("format") == backward.names("format") == ("kept", "other", "sound")


def test_an_observer_that_fails_is_logged_by_name_and_cannot_change_the_frames(tmp_path, caplog):
    plugins = discover(tmp_path, watcher="observes")
    seen = view()
    with caplog.at_level(logging.WARNING, "recon"):
        plugins.run_started("R1")
        plugins.run_finished("R1", seen)

    (message,) = [record.getMessage() for record in caplog.records]
    assert message == (
        "watcher (acme-hostile 6.6), observing the run: RuntimeError: the monitoring server does "
        "not answer (observes.py:11 in recon_run_started)"
    )
    assert seen.lines.columns == lines().columns
    assert ("observer", "watcher", None) in [(s.kind, s.name, s.error) for s in plugins.statuses]


def test_an_unknown_name_is_a_configuration_error_that_lists_what_there_is(tmp_path):
    plugins = discover(tmp_path)
    with pytest.raises(ConfigurationError, match="no ledger is called 'sap'; there are: none"):
        plugins.ledger_type("sap")


def test_a_test_may_build_plugins_from_objects_but_not_from_just_anything():
    assert Plugins.for_tests([SoundFormat("one"), SoundFormat("two")]).names("format") == (
        "one",
        "two",
    )
    with pytest.raises(ConfigurationError, match="int satisfies no protocol"):
        Plugins.for_tests([7])
    with pytest.raises(ConfigurationError, match="the name is taken twice"):
        Plugins.for_tests([SoundFormat("one"), SoundFormat("one")])


BROKEN_METADATA = [
    ("METADATA", b"", "unknown unknown"),
    ("entry_points.txt", b"[recon]\nno value\n", "acme-broken 1.0"),
    ("entry_points.txt", b"\xff\xfe[recon]\n", "acme-broken 1.0"),
    ("entry_points.txt", b"[recon]\nbroken = no module!\n", "acme-broken 1.0"),
]


@pytest.mark.parametrize(("file", "data", "named"), BROKEN_METADATA)
def test_a_distribution_with_broken_metadata_stops_nobody(tmp_path, file, data, named):
    install(tmp_path, "acme-broken", broken="hook_typo")
    (tmp_path / "acme_broken-1.0.dist-info" / file).write_bytes(data)
    install(tmp_path, "acme-sound", sound="sound")
    plugins = Plugins.discover(found(tmp_path))

    assert plugins.names("format") == ("sound",)
    (failure,) = plugins.failures
    assert str(failure.owner).endswith(f"({named})")


def test_a_distribution_without_metadata_is_still_named_by_its_plugin(tmp_path):
    install(tmp_path, "acme-broken", broken="hook_typo")
    (tmp_path / "acme_broken-1.0.dist-info" / "METADATA").unlink()
    (failure,) = Plugins.discover(found(tmp_path)).failures

    assert failure.owner.plugin == "broken"


def test_a_distribution_that_is_on_the_path_twice_counts_once(tmp_path):
    install(tmp_path / "first", "acme-sound", "2.0", sound="sound")
    install(tmp_path / "second", "Acme_Sound", "1.0", sound="sound")
    plugins = Plugins.discover(found(tmp_path / "first") + found(tmp_path / "second"))

    assert str(plugins.owner("format", "sound")) == "sound (acme-sound 2.0)"
    assert plugins.failures == ()


def test_the_installed_entry_points_are_found_under_our_own_distribution():
    owners = {status.owner.distribution for status in Plugins.discover().statuses}

    assert "cashrecon" in owners
