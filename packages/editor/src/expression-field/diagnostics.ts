import { type Extension, StateEffect, StateField } from '@codemirror/state'
import { Decoration, type DecorationSet, EditorView, hoverTooltip } from '@codemirror/view'
import type { FieldDiagnostic } from './field-types.ts'

/** Sets the faults of a field. The lint package of CodeMirror is not used, since it draws with `data:` images. */
export const setDiagnostics = StateEffect.define<readonly FieldDiagnostic[]>()

export const diagnosticsField = StateField.define<readonly FieldDiagnostic[]>({
  create: () => [],
  update: (diagnostics, transaction) => {
    for (const effect of transaction.effects) {
      // The text may have changed since they were found.
      if (effect.is(setDiagnostics)) return effect.value.filter(({ to }) => to <= transaction.newDoc.length)
    }
    if (!transaction.docChanged) return diagnostics
    return diagnostics.map((diagnostic) => ({
      ...diagnostic,
      from: transaction.changes.mapPos(diagnostic.from, 1),
      to: transaction.changes.mapPos(diagnostic.to, -1),
    }))
  },
  provide: (field) => EditorView.decorations.from(field, underline),
})

function underline(diagnostics: readonly FieldDiagnostic[]): DecorationSet {
  return Decoration.set(
    diagnostics
      .filter((diagnostic) => diagnostic.to > diagnostic.from)
      .map(({ from, to, severity }) =>
        Decoration.mark({ class: `tn-expr-fault tn-expr-fault-${severity}` }).range(from, to),
      ),
    true,
  )
}

const explain = hoverTooltip((view, position) => {
  const found = view.state
    .field(diagnosticsField)
    .find((diagnostic) => diagnostic.from <= position && diagnostic.to >= position)
  if (found === undefined) return null
  return {
    pos: found.from,
    end: found.to,
    above: true,
    create: () => {
      const dom = view.dom.ownerDocument.createElement('div')
      dom.className = 'tn-expr-explanation'
      dom.textContent = found.message
      return { dom }
    },
  }
})

export const diagnosticsExtension: Extension = [diagnosticsField, explain]
