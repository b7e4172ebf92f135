/** Where something stands in its text: UTF-16 offsets, `end` exclusive. */
export interface Span {
  readonly start: number
  readonly end: number
}

export type PrefixOperator = '!' | '-'
export type ChainOperator = '??' | '||' | '&&' | '+' | '-' | '*' | '/' | '%'
export type ComparisonOperator = '==' | '!=' | '<' | '>' | '<=' | '>=' | 'in'

export interface LiteralExpression extends Span {
  readonly kind: 'literal'
  readonly value: null | boolean | number | string
}

/** A name that the scope gives a value: `input`, `trigger`, `nodes`, `vars`, ... */
export interface RootExpression extends Span {
  readonly kind: 'root'
  readonly name: string
}

/** `.key` and `["key"]` are one; so are `.0` and `[0]`. `optional` is `?.`. */
export type PathSegment = Span & { readonly optional: boolean } & (
    | { readonly kind: 'key'; readonly key: string }
    | { readonly kind: 'index'; readonly index: number }
    | { readonly kind: 'computed'; readonly expression: Expression }
  )

export interface PathExpression extends Span {
  readonly kind: 'path'
  readonly base: Expression
  /** At least one. */
  readonly segments: readonly PathSegment[]
}

export interface ListExpression extends Span {
  readonly kind: 'list'
  readonly items: readonly Expression[]
}

export interface ObjectMember extends Span {
  readonly key: string
  readonly value: Expression
}

export interface ObjectExpression extends Span {
  readonly kind: 'object'
  /** No key stands twice. */
  readonly members: readonly ObjectMember[]
}

export interface CallExpression extends Span {
  readonly kind: 'call'
  readonly name: string
  readonly nameEnd: number
  readonly arguments: readonly Expression[]
}

export interface PrefixExpression extends Span {
  readonly kind: 'prefix'
  readonly operator: PrefixOperator
  readonly operand: Expression
}

/** Operators of one precedence, read from left to right: `a + b - c`; one operand more than operators. */
export interface ChainExpression extends Span {
  readonly kind: 'chain'
  readonly operators: readonly ChainOperator[]
  readonly operands: readonly Expression[]
}

/** Comparisons do not associate: `a < b < c` is a syntax error. */
export interface ComparisonExpression extends Span {
  readonly kind: 'comparison'
  readonly operator: ComparisonOperator
  readonly left: Expression
  readonly right: Expression
}

export interface ConditionalExpression extends Span {
  readonly kind: 'conditional'
  readonly test: Expression
  readonly then: Expression
  readonly otherwise: Expression
}

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

/** A template as {@link parseTemplate} reads it; parts stand in order and cover the whole text. */
export interface ParsedTemplate {
  readonly text: string
  readonly parts: readonly TemplatePart[]
  /** The template is one expression and nothing else, so its value keeps its type. */
  readonly whole: Expression | null
}
