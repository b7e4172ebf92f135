export { analyzeTemplate, type TemplateAnalysis, type TemplateRead } from './analyze.ts'
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
export type { ExpressionFixValues } from './check/fix.ts'
export type { ExpressionFix, ExpressionProblem, ExpressionProblemCode, ScopeSchema } from './check/problem.ts'
export { type TemplateTypes, type TypecheckOptions, typecheckTemplate } from './check/typecheck.ts'
export type { ExpressionValues } from './check/values.ts'
export { completionsAt } from './complete/complete.ts'
export type { CompletionItem, CompletionList } from './complete/completion.ts'
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
export { renameNodeReferences } from './rename-nodes.ts'
export { type PathKeyRename, renamePathKeys } from './rename-path-keys.ts'
export { nearest } from './suggest.ts'
export type { SyntaxFault } from './syntax-fault.ts'
export { createTemplateTable, type TemplateTable } from './template-table.ts'
