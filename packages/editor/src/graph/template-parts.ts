/** Part of a displayed template: plain text, a reference that is shown as a chip, or an expression. */
export type TemplatePart =
  | { readonly kind: 'text'; readonly text: string; readonly from: number; readonly to: number }
  | {
      readonly kind: 'reference'
      readonly reference: Reference
      readonly text: string
      readonly from: number
      readonly to: number
    }
  | { readonly kind: 'expression'; readonly text: string; readonly from: number; readonly to: number }

/** A plain path from one of the roots of the scope. */
export interface Reference {
  readonly root: 'input' | 'trigger' | 'nodes' | 'vars' | 'run' | 'error' | 'item' | 'index' | 'loop'
  /** Id of the node whose output is read, for the root `nodes`; else `null`. */
  readonly nodeId: string | null
  /** Keys after the root, or after `output`. */
  readonly path: readonly string[]
}

const EXPRESSION = /\{\{((?:[^"'}]|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\}(?!\}))*)\}\}/g
const PATH =
  /^\s*(input|trigger|nodes|vars|run|error|item|index|loop)((?:\??\.(?:[A-Za-z_]\w*|\d+)|\??\.?\[(?:\d+|"[^"\\]*"|'[^'\\]*')\])*)\s*$/
const SEGMENT = /([A-Za-z_]\w*|\d+)|"([^"]*)"|'([^']*)'/g

/** Splits a template at its `{{ … }}`. For display only: the parser of the core decides what is valid. */
export function splitTemplate(template: string): readonly TemplatePart[] {
  const parts: TemplatePart[] = []
  let end = 0
  for (const match of template.matchAll(EXPRESSION)) {
    const from = match.index
    const to = from + match[0].length
    if (from > end) parts.push({ kind: 'text', text: template.slice(end, from), from: end, to: from })
    const reference = parseReference(match[1] ?? '')
    const text = (match[1] ?? '').trim()
    parts.push(
      reference === null ? { kind: 'expression', text, from, to } : { kind: 'reference', reference, text, from, to },
    )
    end = to
  }
  if (end < template.length) parts.push({ kind: 'text', text: template.slice(end), from: end, to: template.length })
  return parts
}

export function parseReference(expression: string): Reference | null {
  const match = PATH.exec(expression)
  if (match === null) return null
  const root = match[1] as Reference['root']
  const path = [...(match[2] ?? '').matchAll(SEGMENT)].map((segment) => segment[1] ?? segment[2] ?? segment[3] ?? '')
  if (root !== 'nodes') return { root, nodeId: null, path }
  const [nodeId, output, ...rest] = path
  if (nodeId === undefined) return null
  return { root, nodeId, path: output === 'output' ? rest : path.slice(1) }
}

/** Checks for a text with a template. */
export function isTemplate(value: unknown): value is string {
  return typeof value === 'string' && value.includes('{{')
}
