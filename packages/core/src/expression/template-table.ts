import { analyzeTemplate, type TemplateAnalysis } from './analyze.ts'
import type { ExpressionPart, ParsedTemplate } from './ast.ts'
import { parseParts, readPart } from './parse.ts'

/** Templates of one document or plan, each text parsed and analyzed once. The table grows with each new text. */
export interface TemplateTable {
  /**
   * Parses a template.
   *
   * @throws {@link TenonError} as `parseTemplate`, on each call for a text with a syntax error.
   */
  parse(text: string): ParsedTemplate
  /**
   * Analyzes a template.
   *
   * @throws {@link TenonError} as `parseTemplate`.
   */
  analyze(text: string): TemplateAnalysis
}

/**
 * Creates an empty table. Keep it as long as its texts are in use: beside a plan, or for one validation.
 *
 * @example
 * ```ts
 * const templates = createTemplateTable()
 * templates.parse('{{ input.id }}') === templates.parse('{{ input.id }}') // true
 * ```
 */
export function createTemplateTable(): TemplateTable {
  const parsed = new Map<string, ParsedTemplate>()
  const analyses = new Map<string, TemplateAnalysis>()
  const read = createPartReader()
  const analysesInText = new Map<ExpressionPart, TemplateAnalysis>()

  function parse(text: string): ParsedTemplate {
    const known = parsed.get(text)
    if (known !== undefined) return known
    const template = parseParts(text, read)
    parsed.set(text, template)
    return template
  }

  return {
    parse,
    analyze(text) {
      const known = analyses.get(text)
      if (known !== undefined) return known
      const template = parse(text)
      const only = onlyPartInText(template)
      const analysis = (only && analysesInText.get(only)) ?? analyzeTemplate(template)
      if (only !== null) analysesInText.set(only, analysis)
      analyses.set(text, analysis)
      return analysis
    },
  }
}

/**
 * Creates a reader of expressions in templates. Many templates of one document differ only in the text around the same
 * expression, as the URLs of its requests do; they share the part at the same offset.
 */
function createPartReader(): typeof readPart {
  const known = new Map<string, ExpressionPart>()
  return (text, open) => {
    const end = text.indexOf('}}', open) + 2
    if (open === 0 && end === text.length) return readPart(text, open)
    const key = `${open}${text.slice(open, end)}`
    const before = known.get(key)
    if (before !== undefined) return before
    const part = readPart(text, open)
    // A part does not depend on the text behind it, but braces inside a text do not close it.
    if (part.end === end) known.set(key, part)
    return part
  }
}

/** Returns the expression of a template that has one with text around it: only the expression decides the analysis. */
function onlyPartInText({ parts, whole }: ParsedTemplate): ExpressionPart | null {
  if (whole !== null || parts.length > 3) return null
  const expressions = parts.filter((part) => part.kind === 'expression')
  return expressions.length === 1 ? (expressions[0] as ExpressionPart) : null
}
