"""A study that scripted people have finished: small photographs, regions that lie where they should, with some chance."""

import uuid
from pathlib import Path

import numpy as np

from xaesthetic.annotate import runs
from xaesthetic.annotate.consents import add_consent
from xaesthetic.annotate.filling import fill
from xaesthetic.annotate.making import Choices, make_study
from xaesthetic.annotate.opening import url_of
from xaesthetic.annotate.saves import add_save
from xaesthetic.annotate.states import Extents, Regions, Rules, Save, State
from xaesthetic.annotate.store import Store
from xaesthetic.annotate.study import Consent, StudyAttribute
from xaesthetic.annotate.tables import MASKS, TASKS
from xaesthetic.annotate.tasks import find_current
from xaesthetic.core.types import Record

LIGHT = StudyAttribute("light", "Light", "How well it is lit.")
BEAUTY = StudyAttribute("beauty", "Beauty & <b>more</b>", "How beautiful it is.", 1.0, 5.0, 1.0)
CONSENT = Consent("1", "We ask you to mark photographs.", contact="lab@example.org")


def simulate(folder, records, attributes=(LIGHT, BEAUTY), annotators=3, people=4, answer=None, active=None, **choices):
    """A study in `folder`, finished by all; returns it and its store, open."""
    made = make_study(
        folder,
        records,
        Choices(attributes=tuple(attributes), consent=CONSENT, annotators=annotators, invited=people, **choices),
    )
    store = Store(url_of(made.study, folder))
    with store.writing() as connection:
        fill(connection, made.study, folder)
    for number in range(1, (people if active is None else active) + 1):
        finish_all(store, made.study, number, answer or answer_as_expected)
    return made.study, store


def finish_all(store, study, number, answer):
    with store.writing() as connection:
        add_consent(connection, number, study.consent, share=True)
        while (task := find_current(connection, number)) is not None:
            for save in saves_of(study, task, *answer(connection, study, number, task)):
                rules = Rules(study.attribute(task.attribute), study.order, study.overall)
                add_save(connection, number, task.id, save, lambda _, rules=rules: rules)


def saves_of(study, task, rating, extents, masks):
    """The saves of one task: the rating, then everything."""
    lengths = {sign: None if mask is None else runs.encode(mask).tolist() for sign, mask in masks.items()}
    rated = State(rating, 1 + task.photograph % 5 if study.overall else None)
    whole = State(rated.rating, rated.overall, Extents(**extents), Regions(**lengths))
    for version, (kind, state) in enumerate([("rating", rated), ("stroke", whole), ("finish", whole)]):
        yield Save(str(uuid.uuid4()), version, kind, {}, state, 5.0 + version, (800, 600), 1.0)


def answer_as_expected(connection, study, number, task):
    """Catch trials as they should be; of photographs a rectangle that differs a little by person, and nowhere lowers."""
    attribute = study.attribute(task.attribute)
    random = np.random.default_rng([task.photograph, number])
    if task.expected_sha256:
        row = connection.execute(MASKS.select().where(MASKS.c.sha256 == task.expected_sha256)).one()
        mask = runs.Packed(row.height, row.width, row.runs).mask
        sign, other = task.expected_sign, {"raises": "lowers", "lowers": "raises"}[task.expected_sign]
    else:
        mask, sign, other = rectangle(task, random), "raises", "lowers"
    rating = attribute.low + attribute.step * int(
        random.integers(0, round((attribute.high - attribute.low) / attribute.step) + 1)
    )
    return float(rating), {sign: "region", other: "nowhere"}, {sign: mask, other: None}


def rectangle(task, random):
    mask = np.zeros(task.size, bool)
    top, left = task.size[0] // 4 + int(random.integers(0, 4)), task.size[1] // 4 + int(random.integers(0, 4))
    mask[top : top + task.size[0] // 3, left : left + task.size[1] // 3] = True
    return mask


def photographs(folder, write_photo, count=3, size=(60, 80)):
    """Records of synthetic photographs."""
    records = []
    for number in range(count):
        random = np.random.default_rng(number)
        pixels = np.kron(random.integers(0, 255, (size[0] // 10, size[1] // 10, 3)), np.ones((10, 10, 1)))
        file = Path(folder) / f"photo {number}.png"
        write_photo(file, pixels.astype(np.uint8))
        records.append(Record(file.name, file, original=file.name))
    return records


def tasks_of(store):
    with store.reading() as connection:
        return connection.execute(TASKS.select()).all()
