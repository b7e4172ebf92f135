import { type EditorState, type Extension, StateEffect } from '@codemirror/state'
import { Decoration, type DecorationSet, EditorView, ViewPlugin, type ViewUpdate, WidgetType } from '@codemirror/view'
import { type Reference, splitTemplate } from '../graph/template-parts.ts'
import { diagnosticsField, setDiagnostics } from './diagnostics.ts'

interface ChipLabel {
  readonly text: string
  readonly isBroken: boolean
}

/** Redraws the chips although the text is the same. */
export const refreshChips = StateEffect.define<null>()

/**
 * Shows references as chips with the name of their node; the text contains the id, so that renaming a node breaks no
 * reference.
 */
export function chipExtension(labelOf: (reference: Reference) => ChipLabel): Extension {
  return ViewPlugin.define<ChipPlugin>((view) => new ChipPlugin(view, labelOf), {
    decorations: (plugin) => plugin.decorations,
    provide: (plugin) => EditorView.atomicRanges.of((view) => view.plugin(plugin)?.chips ?? Decoration.none),
  })
}

class ChipPlugin {
  decorations: DecorationSet
  /** Decorations that the caret skips. */
  chips: DecorationSet
  private readonly labelOf: (reference: Reference) => ChipLabel

  constructor(view: EditorView, labelOf: (reference: Reference) => ChipLabel) {
    this.labelOf = labelOf
    ;[this.decorations, this.chips] = decorate(view.state, this.labelOf)
  }

  update(update: ViewUpdate): void {
    const isRefreshed = update.transactions.some((transaction) =>
      transaction.effects.some((effect) => effect.is(refreshChips) || effect.is(setDiagnostics)),
    )
    if (update.docChanged || update.selectionSet || isRefreshed) {
      ;[this.decorations, this.chips] = decorate(update.state, this.labelOf)
    }
  }
}

function decorate(
  state: EditorState,
  labelOf: (reference: Reference) => ChipLabel,
): [all: DecorationSet, chips: DecorationSet] {
  const faults = state.field(diagnosticsField, false)?.filter(({ severity }) => severity === 'error') ?? []
  const all = []
  const chips = []
  for (const part of splitTemplate(state.doc.toString())) {
    if (part.kind === 'text') continue
    // While the caret is inside, the plain text is shown: decorations that change under the caret would move it and
    // close the completions.
    if (state.selection.ranges.some((range) => range.from > part.from && range.to < part.to)) continue
    if (part.kind === 'reference') {
      const label = labelOf(part.reference)
      const isFaulty = faults.some(({ from, to }) => from < part.to && to > part.from)
      const widget = new ChipWidget(isFaulty ? { ...label, isBroken: true } : label, part.text)
      const chip = Decoration.replace({ widget }).range(part.from, part.to)
      all.push(chip)
      chips.push(chip)
    } else {
      all.push(EXPRESSION.range(part.from, part.to))
    }
  }
  return [Decoration.set(all), Decoration.set(chips)]
}

const EXPRESSION = Decoration.mark({ class: 'tn-expr-expression' })

class ChipWidget extends WidgetType {
  constructor(
    readonly label: ChipLabel,
    readonly source: string,
  ) {
    super()
  }

  override eq(other: ChipWidget): boolean {
    return (
      other.source === this.source &&
      other.label.text === this.label.text &&
      other.label.isBroken === this.label.isBroken
    )
  }

  override toDOM(view: EditorView): HTMLElement {
    const chip = view.dom.ownerDocument.createElement('span')
    chip.className = 'tn-chip tn-expr-chip'
    chip.dataset.tone = this.label.isBroken ? 'broken' : 'reference'
    chip.textContent = this.label.text
    chip.title = this.source
    chip.addEventListener('dblclick', () => {
      const at = view.posAtDOM(chip)
      view.dispatch({ selection: { anchor: at + 2 + Math.max(1, this.source.length) } })
      view.focus()
    })
    return chip
  }

  override ignoreEvent(event: Event): boolean {
    return event.type === 'dblclick'
  }
}
