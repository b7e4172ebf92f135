import { analyzeTemplate, type TemplateAnalysis } from './analyze.ts'
import type { ParsedTemplate } from './ast.ts'
import { parseTemplate } from './parse.ts'

/** Templates of one document or plan, each text parsed and analyzed once. It grows with the texts that it is given. */
export interface TemplateTable {
  /**
   * Reads a template.
   *
   * @throws {@link TenonError} as `parseTemplate`, each time for a text that cannot be read.
   */
  parse(text: string): ParsedTemplate
  /**
   * Lists what a template reads.
   *
   * @throws {@link TenonError} as `parseTemplate`.
   */
  analyze(text: string): TemplateAnalysis
}

/**
 * Creates an empty table. Keep it as long as the texts it is asked for: beside a plan, or for one validation.
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
