"""Four rules that keep people apart, as checks of a file's text.

- A view or the API reads rows of a product only by way of the product, or of a row of it that was
  found by `get_product` or `get_row`; it never takes all there are.
- A form or serializer names its fields: a column that is added later is not for everybody to write.
- What people typed is escaped: only the functions below say that a text is safe.
- A task is sent after COMMIT: a worker that is quicker would not find what it is about.
"""

import ast
import re
from collections.abc import Iterable, Iterator

#: what of a query says whose rows they are
SCOPES = re.compile(r"(product|requirement|persona|scenario|user|rater|caller)(_|$)")
OF_A_VIEW = re.compile(r"(^|/)(views|api)(/|\.py$)|_(views|api)\.py$")
MANAGERS = {"objects", "_default_manager", "_base_manager"}
#: Django's own ways to read. A manager's, such as `for_user`, has a name that says whose rows.
READS = {
    "filter", "exclude", "get", "first", "last", "earliest", "latest", "in_bulk", "iterator",
    "values", "values_list", "order_by", "annotate", "alias", "aggregate", "count", "exists",
    "select_related", "prefetch_related", "select_for_update", "only", "defer", "distinct", "dates",
    "get_or_create", "update_or_create", "update", "delete", "raw", "using", "reverse",
}  # fmt: skip
#: Rows that `get_row` looks in: whoever may not see the one that it finds gets 404.
ROWS_OF_A_VIEW = {"rows"}
#: (file, function) that may call mark_safe, and why what it returns is safe
SAFE = {
    ("prioritisation/templatetags/drawing.py", "icon"): "made of a name that is looked up",
    ("prioritisation/templatetags/drawing.py", "bar"): "names are escaped, the rest is ours",
    (
        "prioritisation/presentation/markdown.py",
        "html_of",
    ): "the parser escapes HTML and drops scripts' links",
}
MARKS_SAFE = {"mark_safe", "SafeString", "SafeText"}
#: sends what its callers ring for after COMMIT
SENDER = "prioritisation/pipeline/notify.py"
SENDS = {"delay", "apply_async", "send_task"}
UNESCAPED = re.compile(r"\|\s*(safe|safeseq)\b|\{%\s*autoescape\s+off")


def owned_models(texts: dict[str, str]) -> set[str]:
    """Names of the models whose rows are of a product."""
    return {
        node.name
        for path, text in texts.items()
        if path.endswith(".py")
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.ClassDef) and any(map(_names_product, node.body))
    }


def _names_product(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.Assign)
        and _name(statement.targets[0]) == "product"
        and isinstance(statement.value, ast.Call)
        and _name(statement.value.func) in ("ForeignKey", "OneToOneField")
    )


def broken_in(path: str, text: str, owned: Iterable[str]) -> list[str]:
    """`path:line: what is wrong` of one file, Python or a template."""
    if path.endswith(".py"):
        found = _in_python(path, ast.parse(text), set(owned))
    else:
        # A mail in plain text has no HTML to escape for.
        found = () if path.endswith(".txt") else _in_template(text)
    return [f"{path}:{line}: {why}" for line, why in sorted(found)]


def _in_template(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.splitlines(), start=1):
        if UNESCAPED.search(line):
            yield number, "a template escapes what people typed"


def _in_python(path: str, tree: ast.Module, owned: set[str]) -> Iterator[tuple[int, str]]:
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(tree):
        if OF_A_VIEW.search(path):
            yield from _unfiltered(node, parents, owned)
        if _says_all_fields(node):
            yield node.lineno, 'a form or serializer names its fields: no "__all__"'
        if _marks_safe(node) and (path, _function(node, parents)) not in SAFE:
            yield node.lineno, "say in tests/rules/checks.py why this text is safe"
        if _sends(node) and path != SENDER and not _after_commit(node, parents):
            yield node.lineno, "a task is sent after COMMIT: transaction.on_commit"


def _unfiltered(node: ast.AST, parents: dict, owned: set[str]) -> Iterator[tuple[int, str]]:
    if isinstance(node, ast.Attribute) and node.attr in MANAGERS:
        steps = _steps(node, parents)
        names = [name for name, _call in steps]
        model = _name(node.value)
        scoped = any(_says_whose(one) for _, call in steps for one in call.keywords)
        if scoped or "none" in names or _is_found_by_get_row(node, parents):
            return
        if "all" in names:
            yield node.lineno, f"a view never takes all of {model}: begin at the product"
        elif model in owned and READS & set(names):
            yield node.lineno, f"say of which product: {model}.{node.attr}.{names[0]}"
    if isinstance(node, ast.Call) and _name(node.func) in ("get_object_or_404", "get_list_or_404"):
        model = _name(node.args[0]) if node.args else ""
        if model in owned and not any(map(_says_whose, node.keywords)):
            yield node.lineno, f"say of which product: get_object_or_404({model})"


def _says_whose(given: ast.keyword) -> bool:
    """It names the product, or what is of one; or the row itself, which was found before."""
    of_a_row = isinstance(given.value, ast.Attribute) and given.value.attr in ("pk", "id")
    return bool(SCOPES.match(given.arg or "")) or (given.arg in ("pk", "id") and of_a_row)


def _steps(node: ast.AST, parents: dict) -> list[tuple[str, ast.Call]]:
    """(method, its call) of each in `Model.objects.filter(…).order_by(…)`."""
    found = []
    while isinstance(parents.get(node), ast.Attribute):
        method = parents[node]
        call = parents.get(method)
        if not (isinstance(call, ast.Call) and call.func is method):
            break
        found.append((method.attr, call))
        node = call
    return found


def _is_found_by_get_row(node: ast.AST, parents: dict) -> bool:
    while (node := parents.get(node)) is not None:
        if isinstance(node, ast.Call) and _name(node.func) == "get_row":
            return True
        if isinstance(node, ast.Assign):
            of_a_class = isinstance(parents[node], ast.ClassDef)
            return of_a_class and _name(node.targets[0]) in ROWS_OF_A_VIEW
    return False


def _says_all_fields(node: ast.AST) -> bool:
    if isinstance(node, ast.Assign):
        return _name(node.targets[0]) == "fields" and _is_all(node.value)
    return isinstance(node, ast.keyword) and node.arg == "fields" and _is_all(node.value)


def _is_all(value: ast.expr) -> bool:
    named = isinstance(value, ast.Constant) and value.value == "__all__"
    return named or _name(value) == "ALL_FIELDS"


def _marks_safe(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and _name(node.func) in MARKS_SAFE


def _sends(node: ast.AST) -> bool:
    is_method = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    return is_method and node.func.attr in SENDS


def _after_commit(node: ast.AST, parents: dict) -> bool:
    """Whether it is inside what is handed to on_commit, as a lambda or by a nested function."""
    while (node := parents.get(node)) is not None:
        if isinstance(node, ast.Call) and _name(node.func) == "on_commit":
            return True
        if isinstance(node, ast.FunctionDef) and _is_handed_over(node, parents):
            return True
    return False


def _is_handed_over(function: ast.FunctionDef, parents: dict) -> bool:
    return any(
        isinstance(one, ast.Call)
        and _name(one.func) == "on_commit"
        and any(_name(given) == function.name for given in one.args)
        for one in ast.walk(parents[function])
    )


def _function(node: ast.AST, parents: dict) -> str:
    while (node := parents.get(node)) is not None:
        if isinstance(node, ast.FunctionDef):
            return node.name
    return ""


def _name(node: ast.AST) -> str:
    """The last part of a dotted name."""
    return getattr(node, "attr", None) or getattr(node, "id", "")
