import type { MigrationView, RunView } from '@tenon/core/run'
import { useTranslate } from '../../instance/instance-context.ts'
import type { Translate } from '../../messages/format.ts'
import { MigrationTexts } from '../../shell/migration-texts.tsx'
import type { NodeDirectory } from '../store/node-directory.ts'

interface MovedNoteProps {
  readonly view: RunView
  readonly nodes: NodeDirectory
  /** Version with which the run has started; `null` if it has not moved. */
  readonly movedFrom: string | null
}

/** Note of a run that has moved to another version, that is about to, or that could not. */
export function MovedNote(props: MovedNoteProps) {
  return (
    <MigrationTexts>
      <Note {...props} />
    </MigrationTexts>
  )
}

function Note({ view, nodes, movedFrom }: MovedNoteProps) {
  const t = useTranslate()
  const last = view.migrations.at(-1)
  const text = last === undefined ? null : requestText(last, nodes, t)
  const from = movedFrom ?? view.migrations.find(({ outcome }) => outcome === 'moved')?.from ?? null
  const texts = [from === null ? null : t('runs.moved.from', { version: from }), text].filter((part) => part !== null)
  if (texts.length === 0) return null
  return (
    <span className="tn-run-pause" dir="auto" title={texts.join(' · ')}>
      {texts.join(' · ')}
    </span>
  )
}

function requestText({ outcome, version, blockers }: MigrationView, nodes: NodeDirectory, t: Translate): string | null {
  switch (outcome) {
    case null:
      return t('runs.moved.pending', { version })
    case 'incompatible': {
      const names = blockers.map(({ nodeId }) => nodes.get(nodeId).name).join(', ')
      return t('runs.moved.refused', { version, nodes: names })
    }
    case 'superseded':
      return t('runs.moved.superseded', { version })
    case 'ending':
      return t('runs.moved.ending', { version })
    case 'withdrawn':
      return t('runs.moved.withdrawn', { version })
    case 'moved':
      return null
  }
}
