/** Range in a text: UTF-16 offsets, `end` exclusive. */
export interface Span {
  /** Offset of the first UTF-16 unit. */
  readonly start: number
  /** Offset after the last UTF-16 unit. */
  readonly end: number
}

/** Operators before one operand. */
export type PrefixOperator = '!' | '-'
/** Operators that may be chained without parentheses and are read from left to right. */
export type ChainOperator = '??' | '||' | '&&' | '+' | '-' | '*' | '/' | '%'
/** Operators that compare two operands and give a boolean; they cannot be chained. */
export type ComparisonOperator = '==' | '!=' | '<' | '>' | '<=' | '>=' | 'in'

/** A literal value: `null`, `true`, `12.5`, `"text"`. */
export interface LiteralExpression extends Span {
  /** Kind of the expression. */
  readonly kind: 'literal'
  /** Value of the literal, escapes resolved. */
  readonly value: null | boolean | number | string
}

/** A name with a value in the scope: `input`, `trigger`, `nodes`, `vars`, ... */
export interface RootExpression extends Span {
  /** Kind of the expression. */
  readonly kind: 'root'
  /** Name to look up in the scope. */
  readonly name: string
}

/** One segment of a path. `.key` and `["key"]` are equal, as are `.0` and `[0]`; `optional` means `?.`. */
export type PathSegment = Span & { readonly optional: boolean } & (
    | { readonly kind: 'key'; readonly key: string }
    | { readonly kind: 'index'; readonly index: number }
    | { readonly kind: 'computed'; readonly expression: Expression }
  )

/** A path into a value: `input.lines[0]?.name`. */
export interface PathExpression extends Span {
  /** Kind of the expression. */
  readonly kind: 'path'
  /** Expression whose value the path reads. */
  readonly base: Expression
  /** Segments of the path, at least one. */
  readonly segments: readonly PathSegment[]
}

/** A list literal: `[1, input.amount]`. */
export interface ListExpression extends Span {
  /** Kind of the expression. */
  readonly kind: 'list'
  /** Items in order. */
  readonly items: readonly Expression[]
}

/** One key with its value in an {@link ObjectExpression}. */
export interface ObjectMember extends Span {
  /** Key as plain text, without quotes. */
  readonly key: string
  /** Expression of the value. */
  readonly value: Expression
}

/** An object literal: `{ total: input.amount }`. */
export interface ObjectExpression extends Span {
  /** Kind of the expression. */
  readonly kind: 'object'
  /** Members with unique keys. */
  readonly members: readonly ObjectMember[]
}

/** A call of a function: `round(input.amount, 2)`. */
export interface CallExpression extends Span {
  /** Kind of the expression. */
  readonly kind: 'call'
  /** Name of the function. */
  readonly name: string
  /** Offset after the name. */
  readonly nameEnd: number
  /** Arguments in order. */
  readonly arguments: readonly Expression[]
}

/** An operator before one operand: `!input.paid`. */
export interface PrefixExpression extends Span {
  /** Kind of the expression. */
  readonly kind: 'prefix'
  /** Operator before the operand. */
  readonly operator: PrefixOperator
  /** Expression that the operator applies to. */
  readonly operand: Expression
}

/** Operators of one precedence, read from left to right: `a + b - c`; one operand more than operators. */
export interface ChainExpression extends Span {
  /** Kind of the expression. */
  readonly kind: 'chain'
  /** Operators between the operands, all of one precedence. */
  readonly operators: readonly ChainOperator[]
  /** Operands from left to right; one more than operators. */
  readonly operands: readonly Expression[]
}

/** Comparisons do not associate: `a < b < c` is a syntax error. */
export interface ComparisonExpression extends Span {
  /** Kind of the expression. */
  readonly kind: 'comparison'
  /** Operator between the two sides. */
  readonly operator: ComparisonOperator
  /** Expression before the operator. */
  readonly left: Expression
  /** Expression after the operator. */
  readonly right: Expression
}

/** A choice between two values, of which only the chosen one is evaluated: `input.paid ? "yes" : "no"`. */
export interface ConditionalExpression extends Span {
  /** Kind of the expression. */
  readonly kind: 'conditional'
  /** Condition before the `?`. */
  readonly test: Expression
  /** Value if the condition is true. */
  readonly then: Expression
  /** Value if the condition is false. */
  readonly otherwise: Expression
}

/** Any node of a parsed expression; `kind` distinguishes them, `start` and `end` are offsets in the text. */
export type Expression =
  | LiteralExpression
  | RootExpression
  | PathExpression
  | ListExpression
  | ObjectExpression
  | CallExpression
  | PrefixExpression
  | ChainExpression
  | ComparisonExpression
  | ConditionalExpression

/** Plain text, or the expression of one pair of braces; the spans cover the braces too. */
export type TemplatePart =
  | (Span & { readonly kind: 'text'; readonly text: string })
  | (Span & { readonly kind: 'expression'; readonly expression: Expression })

/** One expression of a template with its span. */
export type ExpressionPart = Extract<TemplatePart, { kind: 'expression' }>

/** A template as parsed by {@link parseTemplate}; the parts are in order and cover the whole text. */
export interface ParsedTemplate {
  /** Template that was parsed. */
  readonly text: string
  /** Plain texts and expressions in order. */
  readonly parts: readonly TemplatePart[]
  /** The expression, if the template is exactly one, so that its value keeps its type; else `null`. */
  readonly whole: Expression | null
}
