"""A device test cut down to one execution of it, for `looprig reproduce`.

One device test serves many claims by its parameters, with doubles that can do more than each needs.
What the parameters decide is decided here, as a compiler folds constants, and what is then used by
nothing goes. What is left is the test's own, in its own order. Nothing is run: it is read and
written again.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator, Mapping

from rig.commands import spared
from rig.commands.decided import BLOCKS, Decided

CALLED = {
    "read": {"read", "readexactly"},
    "readinto": {"readinto"},
    "readline": {"readline"},
    "write": {"write", "drain", "awrite", "awritestr"},
    "close": {"close", "wait_closed", "aclose", "AsyncWith"},
}
"""Of a stream's methods, which asyncio and the firmware call: by what of theirs is used."""
MADE = {"select.poll()"}  # which does nothing else
Function = ast.FunctionDef | ast.AsyncFunctionDef
Scope = ast.Module | Function


def folded(body: str, params: Mapping[str, object]) -> str:
    """The script with these parameters, as short as it can be written."""
    tree = ast.parse(body)
    before = ""
    while (now := ast.unparse(tree)) != before:
        before = now
        tree = Decided(params).visit(tree)
        spared.unroll(tree)
        once = bound(tree)
        functions = {f.name for f in tree.body if isinstance(f, Function) and once[f.name] == 1}
        for scope in scopes(tree):
            put_constants(scope, functions)
        for called in called_alike(tree):
            drop_arguments(tree, called)
            spared.drop_varargs(called)
        for double in streams(tree):
            drop_members(tree, double)
            spared.drop_own(tree, double, said(tree))
        drop_unread(tree)
        for scope in scopes(tree):
            spared.put_at_once(scope)
        tree = ast.fix_missing_locations(tree)
    spared.imports_first(tree)
    return spared.joined(ast.unparse(ast.fix_missing_locations(tree)))


# -- names -------------------------------------------------------------------------------------


def scopes(tree: ast.Module) -> list[Scope]:
    return [tree, *(node for node in ast.walk(tree) if isinstance(node, Function))]


def within(scope: ast.AST) -> Iterator[ast.AST]:
    """What is in a scope, and not in one that is in it."""
    for node in ast.iter_child_nodes(scope):
        yield node
        if not isinstance(node, (*Function.__args__, ast.Lambda, ast.ClassDef)):
            yield from within(node)


def bound(scope: ast.AST) -> Counter[str]:
    """How often each name is bound in a scope."""
    found: Counter[str] = Counter()
    for node in within(scope):
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                found[name] += 1
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                found[name] += 1
            case ast.ClassDef(name=name) | ast.arg(arg=name):
                found[name] += 1
            case ast.ExceptHandler(name=str(name)):
                found[name] += 1
            case ast.Import(names=many) | ast.ImportFrom(names=many):
                found.update((each.asname or each.name).partition(".")[0] for each in many)
    return found


def elsewhere(scope: ast.AST) -> set[str]:
    """Names that may be another's: declared global or nonlocal, or bound in an inner scope."""
    names: set[str] = set()
    for node in ast.walk(scope):
        if isinstance(node, (ast.Global, ast.Nonlocal)):
            names.update(node.names)
        elif node is not scope and isinstance(node, (*Function.__args__, ast.Lambda, ast.ClassDef)):
            names.update(bound(node))
    return names


def put(scope: ast.AST, name: str, value: ast.expr) -> None:
    for node in ast.walk(scope):
        for field, inner in ast.iter_fields(node):
            many = inner if isinstance(inner, list) else [inner]
            for number, each in enumerate(many):
                if isinstance(each, ast.Name) and each.id == name:
                    if isinstance(inner, list):
                        inner[number] = value
                    else:
                        setattr(node, field, value)


def put_constants(scope: Scope, functions: set[str]) -> None:
    """A name that is one constant, or one of the script's functions, all along becomes that."""
    times, others = bound(scope), elsewhere(scope)
    theirs = functions - {*times} - others
    for block in always(scope):
        for statement in list(block):
            match statement:
                case ast.Assign([ast.Name(id=name)], ast.Constant() | ast.Name() as value):
                    alias = isinstance(value, ast.Constant) or value.id in theirs
                    if alias and times[name] == 1 and name not in others:
                        block.remove(statement)
                        put(scope, name, value)
        block[:] = block or [ast.Pass()]


def always(scope: ast.AST) -> Iterator[list[ast.stmt]]:
    """Its statements, and those of its loops: of no branch, which may be left out."""
    block: list[ast.stmt] = getattr(scope, "body", [])
    yield block
    for each in block:
        if isinstance(each, (ast.For, ast.While, ast.With, ast.AsyncFor, ast.AsyncWith)):
            yield from always(each)


def called_alike(tree: ast.Module) -> Iterator[tuple[Function, int, list[ast.Call]]]:
    """(function, how many arguments come by themselves, its calls) of each that is only called."""
    for node in tree.body:
        if isinstance(node, Function):
            name, function, own = node.name, node, 0
        elif isinstance(node, ast.ClassDef):
            inits = [f for f in node.body if isinstance(f, Function) and f.name == "__init__"]
            if not inits:
                continue
            name, function, own = node.name, inits[0], 1
        else:
            continue
        uses = [n for n in ast.walk(tree) if isinstance(n, ast.Name) and n.id == name]
        calls = [
            n for n in ast.walk(tree)
            if isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id == name
        ]  # fmt: skip
        if calls and len(uses) == len(calls):
            yield function, own, calls


def drop_arguments(tree: ast.Module, called: tuple[Function, int, list[ast.Call]]) -> None:
    """What a function is given the same constant for each time is that."""
    function, own, calls = called
    if any(isinstance(arg, ast.Starred) for call in calls for arg in call.args) or any(
        word.arg is None for call in calls for word in call.keywords
    ):
        return
    said, inner = bound(function), elsewhere(function)
    arguments = function.args
    defaults = {
        **{
            a.arg: d
            for a, d in zip(reversed(arguments.args), reversed(arguments.defaults), strict=False)
        },
        **{a.arg: d for a, d in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)},
    }
    for each in [*arguments.args[own:], *arguments.kwonlyargs]:
        place = arguments.args.index(each) - own if each in arguments.args else None
        given = [_given(call, each.arg, place) or defaults.get(each.arg) for call in calls]
        values = {ast.dump(value) if value else "" for value in given}
        first = given[0]
        if len(values) != 1 or not isinstance(first, ast.Constant):
            continue
        if said[each.arg] != 1 or each.arg in inner:
            continue
        for call in calls:
            call.keywords = [word for word in call.keywords if word.arg != each.arg]
            if place is not None and place < len(call.args):
                del call.args[place]
        _forget(arguments, each)
        put(function, each.arg, first)
        return  # places have moved: once more, the next time


def _given(call: ast.Call, name: str, place: int | None) -> ast.expr | None:
    if place is not None and place < len(call.args):
        return call.args[place]
    return next((word.value for word in call.keywords if word.arg == name), None)


def _forget(arguments: ast.arguments, one: ast.arg) -> None:
    if one in arguments.kwonlyargs:
        number = arguments.kwonlyargs.index(one)
        del arguments.kwonlyargs[number], arguments.kw_defaults[number]
        return
    number = arguments.args.index(one)
    default = number - (len(arguments.args) - len(arguments.defaults))
    if default >= 0:
        del arguments.defaults[default]
    del arguments.args[number]


# -- a double's members ------------------------------------------------------------------------


def attributes(tree: ast.AST, ctx: type[ast.expr_context]) -> Counter[str]:
    return Counter(
        n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute) and isinstance(n.ctx, ctx)
    )


def streams(tree: ast.Module) -> list[ast.ClassDef]:
    """The doubles of streams, of which it is known who calls what; but for those that others derive
    from: what stands in for a socket or a part of asyncio may be asked for anything."""
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    bases = {ast.unparse(base) for node in classes for base in node.bases}
    return [
        node for node in classes
        if [ast.unparse(base) for base in node.bases] == ["io.IOBase"] and node.name not in bases
    ]  # fmt: skip


def drop_members(tree: ast.Module, double: ast.ClassDef) -> None:
    """Methods that nobody calls, and attributes that are one constant all along."""
    read, stored = attributes(tree, ast.Load), attributes(tree, ast.Store)
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    names |= {*read} | said(tree) | {type(node).__name__ for node in ast.walk(tree)}
    for method in [each for each in double.body if isinstance(each, Function)]:
        users = CALLED.get(method.name, {method.name})
        if not (method.name.startswith(("__", "ioctl")) or users & names):
            double.body.remove(method)
    for method in [each for each in double.body if isinstance(each, Function)]:
        if method.name == "ioctl" and not CALLED["close"] & names:
            method.body = [each for each in method.body if not spared.closes(each)]
    inits = [f for f in double.body if isinstance(f, Function) and f.name == "__init__"]
    for init in inits:
        for statement in list(init.body):
            match statement:
                case ast.Assign([ast.Attribute(ast.Name("self"), attr)], ast.Constant() as value):
                    if stored[attr] == 1 and attr not in said(tree):
                        _Own(attr, value).visit(double)
        if not init.body:
            double.body.remove(init)


class _Own(ast.NodeTransformer):
    def __init__(self, attr: str, value: ast.Constant) -> None:
        self.attr, self.value = attr, value

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        self.generic_visit(node)
        own = isinstance(node.value, ast.Name) and node.value.id == "self"
        return self.value if own and node.attr == self.attr and _loads(node) else node


def _loads(node: ast.Attribute | ast.Name) -> bool:
    return isinstance(node.ctx, ast.Load)


def said(tree: ast.AST) -> set[str]:
    """Texts that may be names: of getattr and the like."""
    constants = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    return {value for value in constants if isinstance(value, str) and value.isidentifier()}


def drop_unread(tree: ast.Module) -> None:
    """What is only ever written: attributes, and names that are bound to a plain value."""
    read = {*attributes(tree, ast.Load)} | said(tree)
    loaded = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and _loads(n)} | said(tree)
    own = {attr for double in streams(tree) for attr in attributes(double, ast.Store)}
    shared = {name for n in ast.walk(tree) if isinstance(n, ast.Global) for name in n.names}

    def unread(statement: ast.stmt) -> bool:
        match statement:
            case ast.Assign([target], value) | ast.AugAssign(target, value=value):
                if not spared.idle(value) and ast.unparse(value) not in MADE:
                    return False
            case _:
                return False
        match target:
            case ast.Attribute(ast.Name("self"), attr):
                return attr in own and attr not in read
            case ast.Name(name):
                return name not in loaded | shared
        return False

    for node in ast.walk(tree):
        for name in BLOCKS:
            block = getattr(node, name, None)
            if isinstance(node, ast.ClassDef) or not isinstance(block, list):
                continue  # what a class has may be asked of its objects
            if any(map(unread, block)):
                kept = [each for each in block if not unread(each)]
                setattr(node, name, kept or ([ast.Pass()] if name == "body" else []))
