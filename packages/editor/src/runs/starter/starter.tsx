import type { RunFields } from '@tenon/core/client'
import type { RunStartedBy } from '@tenon/core/run'
import { useTranslate } from '../../instance/instance-context.ts'
import type { Translate } from '../../messages/format.ts'
import { StarterTexts } from '../../shell/starter-texts.tsx'

interface StarterProps {
  readonly startedBy: RunStartedBy
}

/** Names the person, the trigger, the host or the run that has started a run. */
export function Starter(props: StarterProps) {
  return (
    <StarterTexts>
      <Name {...props} />
    </StarterTexts>
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
    <StarterTexts>
      <Note startedBy={startedBy} />
    </StarterTexts>
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
