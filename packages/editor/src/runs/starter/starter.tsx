import type { RunFields } from '@tenon/core/client'
import type { RunStartedBy } from '@tenon/core/run'
import { useTranslate } from '../../instance/instance-context.ts'
import { enStarter } from '../../messages/en/starter.ts'
import type { Translate } from '../../messages/format.ts'
import { AddedTexts } from '../../shell/added-texts.tsx'

interface StarterProps {
  readonly startedBy: RunStartedBy
}

/** Names the person, the trigger, the host or the run that has started a run. */
export function Starter(props: StarterProps) {
  return (
    <AddedTexts texts={enStarter}>
      <Name {...props} />
    </AddedTexts>
  )
}

function Name({ startedBy }: StarterProps) {
  const t = useTranslate()
  return <span dir="auto">{starterText(startedBy, t)}</span>
}

/** Says in the header of a run who has started it; empty for runs of other runs, which have links to those there. */
export function StarterNote({ run: { startedBy } }: { readonly run: Pick<RunFields, 'startedBy'> }) {
  if (startedBy === null || startedBy.kind === 'run' || startedBy.kind === 'failure') return null
  return (
    <AddedTexts texts={enStarter}>
      <Note startedBy={startedBy} />
    </AddedTexts>
  )
}

function Note({ startedBy }: StarterProps) {
  const t = useTranslate()
  const text = t('runs.starter.head', { starter: starterText(startedBy, t) })
  return (
    <span className="tn-started-by tn-muted tn-truncate" dir="auto" title={text}>
      {text}
    </span>
  )
}

function starterText(startedBy: RunStartedBy, t: Translate): string {
  switch (startedBy.kind) {
    case 'user': {
      const { user, trigger } = startedBy
      if (trigger.kind === 'start') return user.displayName
      return t('runs.starter.byHand', { person: user.displayName, trigger: trigger.name })
    }
    case 'trigger':
      return t('runs.starter.trigger', { kind: startedBy.trigger.kind, trigger: startedBy.trigger.name })
    case 'host':
      return t('runs.starter.host', { trigger: startedBy.trigger.name })
    case 'run':
    case 'failure':
      return t(`runs.starter.${startedBy.kind}`)
  }
}
