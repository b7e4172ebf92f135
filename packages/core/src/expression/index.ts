export type {
  CallExpression,
  ChainExpression,
  ChainOperator,
  ComparisonExpression,
  ComparisonOperator,
  ConditionalExpression,
  Expression,
  ListExpression,
  LiteralExpression,
  ObjectExpression,
  ObjectMember,
  ParsedTemplate,
  PathExpression,
  PathSegment,
  PrefixExpression,
  PrefixOperator,
  RootExpression,
  Span,
  TemplatePart,
} from './ast.ts'
export { EXPRESSION_FUNCTIONS, functionSignature } from './functions/index.ts'
export { CONDITION_OPERATORS, type ConditionOperator } from './functions/list.ts'
export {
  describeSignature,
  FUNCTION_FAMILIES,
  type FunctionFamily,
  type FunctionParameter,
  type FunctionSignature,
  type ReturnRule,
  type ValueKind,
} from './functions/signature.ts'
export { EXPRESSION_LIMITS, type ExpressionLimit } from './limits.ts'
export { isTemplate, parseExpression, parseTemplate } from './parse.ts'
export { printExpression, printTemplate } from './printer.ts'
