"""Where DuckDB and Spark read the same SQL differently: one function a difference, on trees with names and types.

Belongs here: what sqlglot does not carry, or carries to something that silently gives another value. Each function
gets a node and returns it, or what takes its place. Not here: the order of steps (translation).
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from sqlglot import exp
from sqlglot.errors import UnsupportedError

Rewrite = Callable[..., exp.Expr]


def union_by_name(node: exp.SetOperation) -> exp.Expr:
    """UNION BY NAME: the columns of the right side in the order of the left; what either lacks is null."""
    if not node.args.get("by_name"):
        return node
    left, right = node.this, node.expression
    names = list(dict.fromkeys([*left.named_selects, *right.named_selects]))
    for side in ("this", "expression"):
        query = node.args[side]
        has = set(query.named_selects)
        columns = [exp.column(name) if name in has else exp.alias_(exp.null(), name) for name in names]
        node.set(side, exp.select(*columns).from_(query.subquery("named")))
    node.set("by_name", False)
    return node


def division(node: exp.Div) -> exp.Expr:
    """DuckDB divides doubles, and by zero too; Spark divides decimals to six digits, and stops at zero."""
    dividend, divisor = _as_double(node.this), _as_double(node.expression)
    if isinstance(node.expression, exp.Literal | exp.Nullif):
        return _typed(exp.Div(this=dividend, expression=divisor), "DOUBLE")
    beyond = exp.Mul(this=dividend.copy(), expression=_as_double(exp.Literal.string("Infinity")))
    is_zero = exp.EQ(this=divisor.copy(), expression=exp.Literal.number(0))
    return _typed(_if(is_zero, beyond, exp.Div(this=dividend, expression=divisor)), "DOUBLE")


def rounding(node: exp.Round) -> exp.Expr:
    """DuckDB rounds the double that is so many digits up, Spark the decimal that the double is printed as."""
    digits = node.args.get("decimals")
    if digits is None or not node.this.is_type("double"):
        return node
    scale = _as_double(exp.Literal.number(10 ** int(digits.name)))
    whole = exp.Round(this=exp.Mul(this=_as_double(node.this), expression=scale))
    return _typed(exp.Div(this=whole, expression=scale.copy()), "DOUBLE")


def text_of_double(node: exp.Cast) -> exp.Expr:
    """Spark prints 1.2345678E7 where DuckDB prints 12345678.0."""
    if not (node.to.is_type(*exp.DataType.TEXT_TYPES) and node.this.is_type("double")):
        return node
    return _double_as_text(node.this)


def joined_text(node: exp.DPipe) -> exp.Expr:
    """The same of doubles in a text that is put together."""
    for side in ("this", "expression"):
        if node.args[side].is_type("double"):
            node.set(side, _double_as_text(node.args[side]))
    return node


def formatted(node: exp.Format) -> exp.Expr:
    """format('{} of {:.2f}', a, b), null where any of them is; halves to even, as printf does, not up."""
    pattern, values = node.this, iter(node.expressions)
    if not isinstance(pattern, exp.Literal):
        raise UnsupportedError(f"{node.sql('duckdb')}: only a pattern that is written out is translated")
    parts: list[exp.Expr] = []
    for text, field in _fields(pattern.name):
        if text:
            parts.append(exp.Literal.string(text))
        if field is None:
            continue
        value = next(values)
        if digits := re.fullmatch(r":\.(\d)f", field):
            exact = exp.cast(value.copy(), "DECIMAL(38, 18)")
            value = exp.Anonymous(this="BROUND", expressions=[exact, exp.Literal.number(digits[1])])
        elif field:
            raise UnsupportedError(f"{node.sql('duckdb')}: of fields only {{}} and {{:.2f}} are translated")
        parts.append(exp.cast(value.copy(), "TEXT"))
    return _typed(exp.Anonymous(this="CONCAT", expressions=parts), "TEXT")


def full_match(node: exp.RegexpFullMatch) -> exp.Expr:
    """A whole text is matched."""
    if not isinstance(node.expression, exp.Literal):
        raise UnsupportedError(f"{node.sql('duckdb')}: only a pattern that is written out is translated")
    return exp.RegexpLike(this=node.this, expression=exp.Literal.string(f"^(?:{node.expression.name})$"))


def element(node: exp.Bracket) -> exp.Expr:
    """[:n] of a list or a text; [n] of a list counts from one, and beyond its end there is null."""
    (index,) = node.expressions
    if isinstance(index, exp.Slice):
        if index.this is not None or index.expression is None:
            raise UnsupportedError(f"{node.sql('duckdb')}: of slices only [:n] is translated")
        if node.this.is_type(*exp.DataType.TEXT_TYPES):
            return _typed(exp.Left(this=node.this, expression=index.expression), "TEXT")
        return _call("SLICE", node.this, exp.Literal.number(1), index.expression)
    if index.is_type("text", "varchar"):
        return node
    if isinstance(index, exp.Literal):  # sqlglot keeps written numbers from zero
        index = exp.Literal.number(int(index.name) + 1)
    place = exp.Nullif(this=exp.cast(index.copy(), "INT"), expression=_number(0))  # the element 0 is null, no error
    return _call("TRY_ELEMENT_AT", node.this, place)


def row_in_list(node: exp.In) -> exp.Expr:
    """(a, b) IN ((1, 2), ...): Spark compares the names and types of the two rows' columns, too."""
    if not isinstance(node.this, exp.Tuple) or not node.expressions:
        return node
    left = node.this.expressions
    rows = [
        exp.and_(*(exp.EQ(this=one.copy(), expression=other) for one, other in zip(left, row.expressions, strict=True)))
        for row in node.expressions
    ]
    return _typed(exp.paren(exp.or_(*rows)), "BOOLEAN")


def length(node: exp.Length) -> exp.Expr:
    """Of a list the number of its elements."""
    return node if node.this.is_type(*exp.DataType.TEXT_TYPES) else _typed(_call("SIZE", node.this), "BIGINT")


def list_function(node: exp.Anonymous) -> exp.Expr:
    """Functions of lists that sqlglot does not know."""
    match node.name.upper(), node.expressions:
        case "LIST_POSITION", [values, value]:  # null where it is not in the list
            return _typed(exp.Nullif(this=_call("ARRAY_POSITION", values, value), expression=_number(0)), "BIGINT")
        case "LIST_HAS_ALL", [values, parts]:
            return _typed(exp.EQ(this=_call("SIZE", _call("ARRAY_EXCEPT", parts, values)), expression=_number(0)),
                          "BOOLEAN")  # fmt: skip
    return node


def collected(node: exp.Filter | exp.ArrayAgg) -> exp.Expr:
    """list(x ORDER BY y): in order, null where there is no row; Spark's has no order and is empty then."""
    aggregate, condition = _aggregate_of(node, exp.ArrayAgg)
    if aggregate is None:
        return node
    if isinstance(aggregate.this, exp.Distinct):
        values: exp.Expr = _filtered(aggregate.copy(), condition)
    else:
        values = _in_order(aggregate.this, condition)
    return _typed(exp.Nullif(this=values, expression=exp.Array()), aggregate.type)


def added_in_order(node: exp.Filter | exp.Sum | exp.Avg) -> exp.Expr:
    """sum(x ORDER BY y) and avg(x ORDER BY y) of doubles: the last digit depends on the order."""
    aggregate, condition = _aggregate_of(node, (exp.Sum, exp.Avg))
    if aggregate is None or not isinstance(aggregate.this, exp.Order):
        return node
    is_there = exp.Not(this=exp.Is(this=aggregate.this.this.copy(), expression=exp.null()))
    values = _in_order(aggregate.this, exp.and_(condition, is_there) if condition else is_there)
    a, b = exp.to_identifier("a"), exp.to_identifier("b")
    adding = exp.Lambda(this=exp.Add(this=exp.column("a"), expression=exp.column("b")), expressions=[a, b])
    total = _call("AGGREGATE", values, _as_double(_number(0)), adding)
    if isinstance(aggregate, exp.Avg):
        total = exp.Div(this=total, expression=exp.Nullif(this=_call("SIZE", values.copy()), expression=_number(0)))
        return _typed(total, "DOUBLE")
    is_empty = exp.EQ(this=_call("SIZE", values.copy()), expression=_number(0))
    return _typed(_if(is_empty, exp.null(), total), "DOUBLE")


def joined_texts(node: exp.Filter | exp.GroupConcat) -> exp.Expr:
    """string_agg(x, ', ' ORDER BY y), of DISTINCT x too, by way of a list: Spark has no FILTER for LISTAGG."""
    aggregate, condition = _aggregate_of(node, exp.GroupConcat)
    if aggregate is None:
        return node
    value, order = aggregate.this, None
    if isinstance(value, exp.Order):
        value, order = value.this, value
    if isinstance(value, exp.Distinct):
        (value,) = value.expressions
        if isinstance(value, exp.Order):
            value, order = value.this, value
        if order is None or [each.this for each in order.expressions] != [value]:
            raise UnsupportedError(f"{node.sql('duckdb')}: DISTINCT texts are translated in their own order only")
        values: exp.Expr = exp.ArraySort(this=_filtered(_call("COLLECT_SET", value), condition))
    else:
        values = _in_order(exp.Order(this=value, expressions=order.expressions) if order else value, condition)
    is_empty = exp.EQ(this=_call("SIZE", values), expression=_number(0))
    return _typed(_if(is_empty, exp.null(), _call("ARRAY_JOIN", values, aggregate.args["separator"])), "TEXT")


def least_by(node: exp.ArgMin | exp.ArgMax) -> exp.Expr:
    """arg_min(x, y) passes over rows without x, Spark's does not."""
    if isinstance(node.this, exp.Struct) or isinstance(node.expression, exp.If):
        return node
    is_there = exp.Not(this=exp.Is(this=node.this.copy(), expression=exp.null()))
    node.set("expression", _if(is_there, node.expression.copy(), exp.null()))
    return node


def window(node: exp.Window) -> exp.Expr:
    """A window without FILTER or DISTINCT, which Spark has none of."""
    function = node.this
    if isinstance(function, exp.RowNumber) and not {"partition_by", "order", "alias"} & _given(node):
        return _row_itself(node)
    condition = None
    if isinstance(function, exp.Filter):
        function, condition = function.this, function.expression.this
    if isinstance(function, exp.Count) and isinstance(function.this, exp.Distinct):
        (value,) = function.this.expressions
        window_of_set = node.copy()
        window_of_set.set("this", _call("COLLECT_SET", _where(value, condition)))
        return _typed(_call("SIZE", window_of_set), "BIGINT")
    if condition is None:
        return node
    match function:
        case exp.Count():
            value = _number(1) if isinstance(function.this, exp.Star) else function.this
            function.set("this", _where(value, condition))
            function.set("expressions", None)
        case exp.ArgMin() | exp.ArgMax():
            function.set("expression", _where(function.expression, condition))
        case exp.LogicalOr() | exp.LogicalAnd() | exp.Max() | exp.Min() | exp.Sum():
            function.set("this", _where(function.this, condition))
        case _:
            raise UnsupportedError(f"{node.sql('duckdb')}: FILTER in a window is not translated for this function")
    node.set("this", function)
    return node


def rows_of_list(node: exp.Explode) -> exp.Expr:
    """Of two unnest() DuckDB makes rows side by side, Spark each with each: a list of structs is for both."""
    select = node.parent_select
    if select and sum(1 for each in select.selects for _ in each.find_all(exp.Explode)) > 1:
        raise UnsupportedError(f"{select.sql('duckdb')}: more than one unnest; expected one, of a list of structs")
    return node


def hint(node: exp.CTE) -> exp.Expr:
    """MATERIALIZED is a hint that Spark does not know."""
    node.set("materialized", None)
    return node


def _row_itself(node: exp.Window) -> exp.Expr:
    """What tells rows apart in place of a number: Spark may read a CTE anew at each mention, and number it otherwise.

    These are the texts and whole numbers beside it, among which the key of the rows must be.
    """
    beside = [each.unalias() for each in node.parent_select.selects] if node.parent_select else []
    unfit = ("double", "float", "array", "list", "struct", "map")
    columns = [each for each in beside if isinstance(each, exp.Column) and not each.is_type(*unfit)]
    if not columns:
        raise UnsupportedError(f"{node.sql('duckdb')}: no column beside it tells the rows apart")
    return _call("STRUCT", *(each.copy() for each in columns))


def _given(node: exp.Expr) -> set[str]:
    return {name for name, value in node.args.items() if value}


def _aggregate_of(node: exp.Expr, kinds: type | tuple[type, ...]) -> tuple[exp.AggFunc | None, exp.Expr | None]:
    """An aggregate of these kinds and the condition of its FILTER; None of one whose FILTER comes next."""
    aggregate, condition = (node.this, node.expression.this) if isinstance(node, exp.Filter) else (node, None)
    if not isinstance(aggregate, exp.AggFunc) or not isinstance(aggregate, kinds):
        return None, None
    return (None, None) if isinstance(node.parent, exp.Filter) else (aggregate, condition)


def _in_order(value: exp.Expr, condition: exp.Expr | None) -> exp.Expr:
    """All values, nulls too, as a list in the order that is asked for."""
    order: Sequence[exp.Ordered] = ()
    if isinstance(value, exp.Order):
        value, order = value.this, value.expressions
    if any(each.args.get("desc") for each in order):
        raise UnsupportedError(f"{value.sql('duckdb')}: descending order in a list is not translated")
    keys = [exp.alias_(each.this.copy(), f"k{place}") for place, each in enumerate(order)]
    row = exp.Struct(expressions=[*keys, exp.alias_(value.copy(), "v")])
    rows: exp.Expr = _filtered(exp.ArrayAgg(this=row), condition)
    if order:
        rows = exp.ArraySort(this=rows)
    take = exp.Lambda(this=exp.Dot(this=exp.to_identifier("r"), expression=exp.to_identifier("v")),
                      expressions=[exp.to_identifier("r")])  # fmt: skip
    return _call("TRANSFORM", rows, take)


def _filtered(aggregate: exp.Expr, condition: exp.Expr | None) -> exp.Expr:
    if condition is None:
        return aggregate
    return exp.Filter(this=aggregate, expression=exp.Where(this=condition.copy()))


def _fields(pattern: str) -> Iterator[tuple[str, str | None]]:
    """Texts of a format and what stands in the braces after each; None after the last."""
    end = 0
    for field in re.finditer(r"\{([^{}]*)\}", pattern):
        yield pattern[end : field.start()], field[1]
        end = field.end()
    yield pattern[end:], None


def _double_as_text(value: exp.Expr) -> exp.Expr:
    """Digits of a double from 1e7 on by way of a decimal, whose zeros at the end but one are cut off."""
    decimal = exp.cast(exp.cast(value.copy(), "DECIMAL(38, 12)"), "TEXT")
    plain = _call("REGEXP_REPLACE", decimal, exp.Literal.string(r"(\.\d+?)0*$"), exp.Literal.string("$1"))
    size = exp.Abs(this=value.copy())
    is_long = exp.and_(exp.GTE(this=size, expression=exp.Literal.number("1e7")),
                       exp.LT(this=size.copy(), expression=exp.Literal.number("1e16")))  # fmt: skip
    return _typed(_if(is_long, plain, exp.cast(value.copy(), "TEXT")), "TEXT")


def _where(value: exp.Expr, condition: exp.Expr | None) -> exp.Expr:
    return value.copy() if condition is None else _if(condition.copy(), value.copy(), exp.null())


def _as_double(value: exp.Expr) -> exp.Expr:
    value = value.copy()
    if value.is_type("double"):
        return exp.paren(value, copy=False) if isinstance(value, exp.Binary) else value
    return _typed(exp.cast(value, "DOUBLE"), "DOUBLE")


def _if(condition: exp.Expr, value: exp.Expr, otherwise: exp.Expr) -> exp.If:
    return exp.If(this=condition, true=value, false=otherwise)


def _call(name: str, *arguments: exp.Expr) -> exp.Expr:
    return exp.Anonymous(this=name, expressions=[each.copy() for each in arguments])


def _number(value: int) -> exp.Expr:
    return exp.Literal.number(value)


def _typed(node: exp.Expr, kind: str | exp.DataType | None) -> exp.Expr:
    node.type = kind
    return node


REWRITES: Mapping[type, tuple[Rewrite, ...]] = {
    exp.Union: (union_by_name,),
    exp.Div: (division,),
    exp.Round: (rounding,),
    exp.Cast: (text_of_double,),
    exp.DPipe: (joined_text,),
    exp.Format: (formatted,),
    exp.RegexpFullMatch: (full_match,),
    exp.Bracket: (element,),
    exp.Length: (length,),
    exp.Anonymous: (list_function,),
    exp.ArrayAgg: (collected,),
    exp.Sum: (added_in_order,),
    exp.Avg: (added_in_order,),
    exp.Filter: (collected, added_in_order, joined_texts),
    exp.GroupConcat: (joined_texts,),
    exp.In: (row_in_list,),
    exp.ArgMin: (least_by,),
    exp.ArgMax: (least_by,),
    exp.Window: (window,),
    exp.CTE: (hint,),
    exp.Explode: (rows_of_list,),
}
"""By the kind of node, what is tried on it in turn."""
