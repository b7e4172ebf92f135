import type { ParamPath } from '../document/operation.ts'
import type { TenonError } from '../errors/tenon-error.ts'
import { analyzeTemplate } from '../expression/analyze.ts'
import { parseExpression } from '../expression/parse.ts'
import { isJsonObject } from '../json.ts'
import { errorIssue, type ReportIssue } from './issue.ts'
import type { Meter } from './meter.ts'
import { titleAt } from './param-schema.ts'
import { asObject } from './schema-facts.ts'
import type { WorkflowSurvey } from './survey.ts'

interface TextFault {
  readonly path: ParamPath
  readonly fault: string
}

/** Returns why a text is not one expression that reads only the root; `null` for an empty text. */
function expressionFault(text: string, root: string): string | null {
  if (text.trim() === '') return null
  try {
    // Alone, as it is evaluated: in braces, a text with two expressions would pass as well.
    parseExpression(text)
    const other = analyzeTemplate(`{{${text}}}`).reads.find((read) => read.root !== root)
    return other === undefined ? null : `it can read "${root}" only, and not "${other.root}"`
  } catch (error) {
    // The analysis throws nothing else.
    return `it is no expression: ${(error as TenonError).message}`
  }
}

/** Texts, quoted names and comments of SQL, in which nothing is a name of a value; casts; and the names themselves. */
const SQL_PARTS =
  /\be'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|\$(\w*)\$.*?\$\1\$|--[^\n]*|\/\*.*?\*\/|::|:([A-Za-z_]\w*)/gis

/** Finds the names that a statement reads without a value, and the values that it does not read: a run would refuse them. */
function sqlFaults(text: string, path: ParamPath, values: readonly string[], valuesPath: ParamPath): TextFault[] {
  const read = new Set([...text.matchAll(SQL_PARTS)].flatMap(([, , name]) => name ?? []))
  const missing = [...read].filter((name) => !values.includes(name))
  const unused = values.filter((name) => !read.has(name))
  return [
    ...missing.map((name) => ({ path, fault: `it reads :${name}, and there is no value with this name` })),
    ...unused.map((name) => ({ path: [...valuesPath, name], fault: `the statement does not read :${name}` })),
  ]
}

/** Reports texts of params that are expressions or statements with names of values, and that no run could use. */
export function checkTexts({ nodes }: WorkflowSurvey, meter: Meter, report: ReportIssue): void {
  for (const { node, name, entry, texts, params } of nodes) {
    const schema = entry?.params ?? true
    for (const { path, text, schema: own } of texts) {
      const { expressionOver, valuesIn } = asObject(own) ?? {}
      const faults: TextFault[] = []
      if (typeof expressionOver === 'string') {
        meter.spend(text.length)
        const fault = expressionFault(text, expressionOver)
        if (fault !== null) faults.push({ path: path.slice(1), fault })
      }
      const values = typeof valuesIn === 'string' ? (params[valuesIn] ?? {}) : null
      if (isJsonObject(values)) {
        meter.spend(text.length)
        faults.push(...sqlFaults(text, path.slice(1), Object.keys(values), [String(valuesIn)]))
      }
      for (const { path: at, fault } of faults) {
        const issueValues = { param: titleAt(schema, at), fault }
        const details = { nodeId: node.id, path: ['params', ...at], values: issueValues }
        report(errorIssue('PARAM_INVALID', `${name}: "${issueValues.param}": ${fault}`, details))
      }
    }
  }
}
