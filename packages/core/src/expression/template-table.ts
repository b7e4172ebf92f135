import { analyzeTemplate, type TemplateAnalysis } from './analyze.ts'
import type { ParsedTemplate } from './ast.ts'
import { parseTemplate } from './parse.ts'

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

  function parse(text: string): ParsedTemplate {
    const known = parsed.get(text)
    if (known !== undefined) return known
    const template = parseTemplate(text)
    parsed.set(text, template)
    return template
  }

  return {
    parse,
    analyze(text) {
      const known = analyses.get(text)
      if (known !== undefined) return known
      const analysis = analyzeTemplate(parse(text))
      analyses.set(text, analysis)
      return analysis
    },
  }
}
