"""Reads src/cpp/operations.def and settings.h: the operations, their operands and their settings.

Tests take the contract from its source, not from the built module, so that they notice a binding
that got it wrong. Scratch is left out: nobody outside the bindings passes it.
"""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Parameter:
    type: str
    name: str

    @property
    def optional(self):
        return self.type.startswith("Maybe")

    @property
    def is_list(self):
        return self.type.endswith("List")

    @property
    def written(self):
        return "Out" in self.type

    @property
    def read(self):
        return "In" in self.type

    @property
    def addable(self):
        return self.type.endswith("Add")


@dataclass(frozen=True)
class Operation:
    name: str
    parameters: tuple[Parameter, ...]
    settings: tuple[tuple[str, str], ...]  # (C++ type, name), in the order of `visit`

    def __str__(self):
        return self.name

    @property
    def written(self):
        return [p for p in self.parameters if p.written]

    @property
    def setting_names(self):
        return [name for _, name in self.settings]


def settings_text(root):
    return "".join(path.read_text() for path in sorted((root / "src/cpp").glob("settings*.h")))


def read_settings(root=ROOT):
    """The fields of each settings struct: {"FillSettings": (("double", "value"),)}."""
    text = settings_text(root)
    structs = {"NoSettings": ()}
    for name, body in re.findall(r"^struct (\w+) \{$(.*?)^\};$", text, re.S | re.M):
        types = {}
        for kind, members in re.findall(r"^  (\w+) (\w+ = [^;]*);$", body, re.M):
            types |= {member: kind for member in re.findall(r"(\w+) = ", members)}
        fields = re.findall(r'\bf\("(\w+)", \w+\)', body)  # the visitor states the order
        structs[name] = tuple((types[field], field) for field in fields)
    return structs


def read_choices(root=ROOT):
    """The names of each enumeration: {"Pooling": ("max", "average", "sum")}."""
    text = re.sub(r"^ *#define.*", "", settings_text(root), flags=re.M)
    found = re.findall(r"FASTNN_CHOICE\((\w+),([^)]*)\)", text)
    return {name: tuple(re.findall(r"\w+", names)) for name, names in found}


def read_operations(root=ROOT):
    """Every operation of the contract, in its order: {name: Operation}."""
    text = re.sub(r"//.*", "", (root / "src/cpp/operations.def").read_text())
    structs = read_settings(root)
    operations = {}
    for body in re.findall(r"FASTNN_OPERATION\(([^)]*)\)", text):
        name, settings, *parameters = (part.strip() for part in body.split(","))
        pairs = [parameter.split() for parameter in parameters]
        kept = tuple(Parameter(kind, word) for kind, word in pairs if kind != "Scratch")
        operations[name] = Operation(name, kept, structs[settings])
    return operations


OPERATIONS = read_operations()
