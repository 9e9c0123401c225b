"""Writes the stubs (.pyi) of the compiled modules, and of fastnn.kernels, which is made of them.

    python tools/make_stubs.py

The operations come from src/cpp/operations.def and settings.h, the rest of _core from what pybind11
says in the docstrings of the installed module. test_package.py compares.
"""

import inspect
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from contract import ROOT, read_choices, read_operations

SETTINGS = {"double": "float", "int64_t": "int", "bool": "bool"}  # others: an alias
LISTS = """_Integers: TypeAlias = tuple[int, ...]
_Numbers: TypeAlias = tuple[float, ...]
"""
HEADER = "# Made by tools/make_stubs.py.\n"


def choices():
    """A type for each enumeration of settings.h."""
    lines = []
    for enum, names in read_choices().items():
        literals = [f'"{name}"' for name in names]
        line = f"_{enum}: TypeAlias = Literal[{', '.join(literals)}]"
        if len(line) > 100:
            inner = "".join(f"    {literal},\n" for literal in literals)
            line = f"_{enum}: TypeAlias = Literal[\n{inner}]"
        lines.append(line + "\n")
    return LISTS + "".join(lines)


def function(name, arguments, result="None"):
    line = f"def {name}({', '.join(arguments)}) -> {result}: ..."
    if len(line) > 100:
        inner = "".join(f"    {argument},\n" for argument in arguments)
        line = f"def {name}(\n{inner}) -> {result}: ..."
    return line + "\n"


def operation(op):
    arguments = []
    for p in op.parameters:
        kind = "Sequence[Array]" if p.is_list else "Array | None" if p.optional else "Array"
        arguments.append(f"{p.name}: {kind}")
    if op.settings:
        kinds = [SETTINGS.get(kind, f"_{kind}") for kind, _ in op.settings]
        settings = f"settings: tuple[{', '.join(kinds)}]"
        if len(settings) > 94:
            settings = settings.replace("[", "[\n        ", 1).replace("]", "\n    ]")
        arguments.append(settings)
    return function(op.name, [*arguments, "/", "*", "add: int = 0"])


def operations():
    return "".join(operation(op) for op in read_operations().values())


def kernels():
    imports = "from collections.abc import Sequence\nfrom typing import Any, Literal, TypeAlias\n"
    alias = "Array: TypeAlias = Any  # NumPy's, or a GPU's\n"
    plan = function("plan_of", ["kernel: str", "*operands: Any"], "dict[str, Any]")
    return f"{HEADER}{imports}\n{alias}{choices()}\n{operations()}{plan}"


def cpu():
    imports = "from collections.abc import Sequence\nfrom typing import Any, Literal, TypeAlias\n"
    imports += "\nfrom numpy.typing import NDArray\n"
    constants = ("name: str", "operations: tuple[str, ...]")
    constants += ("instruction_set: str", "instruction_sets: tuple[str, ...]")
    lines = "".join(f"{constant}\n" for constant in constants)
    alias = "Array: TypeAlias = NDArray[Any]\n"
    return f"{HEADER}{imports}\n{alias}{choices()}\n{lines}\n{operations()}"


# What pybind11 says, in all of its versions from 3.0 on, and what a reader wants to know.
PLAIN = [
    (r"fastnn::|fastnn\._core\.", ""),
    (r"typing\.SupportsInt( \| typing\.SupportsIndex)?", "int"),
    (r"collections\.abc\.Sequence", "Sequence[Any]"),
    (r"\bobject\b", "Any"),
    (r"\btuple\b(?!\[)", "tuple[Any, ...]"),
]


def signature(doc):
    """(arguments, result) of "f(self: T, arg0: str) -> int"."""
    for pattern, plain in PLAIN:
        doc = re.sub(pattern, plain, doc)
    found = re.match(r"\w*\((.*)\) -> (.*)", doc)
    if found is None:
        return None
    arguments = re.findall(r"(\w+: (?:[^,\[]|\[[^\]]*\])+)", found[1])
    arguments = [a for a in arguments if not a.startswith("self:")]
    return [*arguments, "/"] if arguments else [], found[2]


def member(name, value):
    """A method or a property of a class; nothing where pybind11 says nothing."""
    found = signature((value.fget if isinstance(value, property) else value).__doc__)
    if found is None:
        return ""
    arguments, result = found
    if isinstance(value, property):
        return f"    @property\n    def {name}(self) -> {result}: ...\n"
    return "    " + function(name, ["self", *arguments], result)


def core():
    import fastnn._core as module

    classes, functions = "", ""
    for name, value in sorted(vars(module).items()):
        if inspect.isclass(value):
            shown = sorted(k for k in vars(value) if k == "__init__" or k[0] != "_")
            inner = "".join(member(k, vars(value)[k]) for k in shown)
            classes += f"class {name}:\n{inner}\n"
        elif callable(value):
            functions += function(name, *signature(value.__doc__))
    imports = "from collections.abc import Sequence\nfrom typing import Any\n"
    api = "api: Any  # what the devices' modules take from this one\n"
    return f"{HEADER}{imports}\n{api}\n{classes}{functions}"


def stubs():
    """{file name: text}"""
    return {"_core.pyi": core(), "_cpu.pyi": cpu(), "kernels.pyi": kernels()}


if __name__ == "__main__":
    for name, text in stubs().items():
        (ROOT / "python/fastnn" / name).write_text(text)
