import type { Canary, PublishVersion, RolloutRuns, TenonClient } from '@tenon/core/client'
import { useTranslate } from '../instance/instance-context.ts'
import { RolloutTexts } from '../shell/rollout-texts.tsx'
import { Field } from '../ui/field.tsx'
import { NumberInput } from '../ui/number-input.tsx'
import { Select } from '../ui/select.tsx'
import { RunsInProgress } from './runs-in-progress.tsx'

/** Choices of a person who publishes; absent ones are those of a plain publication. */
export type RolloutChoice = Pick<PublishVersion, 'runs' | 'canary'>

interface RolloutFieldsProps {
  readonly client: TenonClient
  readonly workflowId: string
  readonly choice: RolloutChoice
  readonly onChange: (choice: RolloutChoice) => void
}

const RUNS: readonly RolloutRuns[] = ['finish', 'move', 'cancel']
const CANARY: Canary = { percent: 10, maxFailurePercent: 10, minRuns: 20 }

/** Fields for the new runs of a version, and for the runs that are in progress when it is published. */
export function RolloutFields(props: RolloutFieldsProps) {
  return (
    <RolloutTexts>
      <Fields {...props} />
    </RolloutTexts>
  )
}

/** Says in one sentence what the choices do to new runs and to those in progress. */
export function RolloutSummary({ choice }: Pick<RolloutFieldsProps, 'choice'>) {
  return (
    <RolloutTexts>
      <Summary choice={choice} />
    </RolloutTexts>
  )
}

function Summary({ choice: { runs = 'finish', canary } }: Pick<RolloutFieldsProps, 'choice'>) {
  const t = useTranslate()
  return canary === undefined
    ? t('rollout.summary.all', { runs })
    : t('rollout.summary.canary', { runs, percent: canary.percent })
}

function Fields({ client, workflowId, choice, onChange }: RolloutFieldsProps) {
  const { runs = 'finish', canary } = choice
  const t = useTranslate()
  const change = (next: { readonly runs?: RolloutRuns; readonly canary?: Canary | null }) => {
    const chosen = { runs: next.runs ?? runs, canary: next.canary === undefined ? canary : next.canary }
    onChange({
      ...(chosen.runs === 'finish' ? {} : { runs: chosen.runs }),
      ...(chosen.canary === undefined || chosen.canary === null ? {} : { canary: chosen.canary }),
    })
  }
  return (
    <>
      <Field label={t('rollout.starts')}>
        <Select
          value={canary === undefined ? 'all' : 'canary'}
          options={[
            { value: 'all', label: t('rollout.starts.all') },
            { value: 'canary', label: t('rollout.starts.canary') },
          ]}
          onChange={(value) => change({ canary: value === 'all' ? null : CANARY })}
        />
      </Field>
      {canary !== undefined && <CanaryFields canary={canary} onChange={(next) => change({ canary: next })} />}
      <Field label={t('rollout.runs')} help={t(`rollout.runsHelp.${runs}`)}>
        <Select
          value={runs}
          options={RUNS.map((value) => ({ value, label: t(`rollout.runs.${value}`) }))}
          onChange={(value) => change({ runs: value })}
        />
      </Field>
      <p className="tn-muted" role="status">
        <RunsInProgress client={client} workflowId={workflowId} />
      </p>
    </>
  )
}

function CanaryFields({ canary, onChange }: { readonly canary: Canary; readonly onChange: (canary: Canary) => void }) {
  const t = useTranslate()
  const { percent, maxFailurePercent = null, minRuns = null, promoteAfter = null } = canary
  return (
    <>
      <Field label={t('rollout.percent')}>
        <NumberInput
          integer
          isRequired
          min={1}
          max={99}
          value={percent}
          onChange={(value) => value !== null && onChange({ ...canary, percent: value })}
        />
      </Field>
      <Field label={t('rollout.maxFailures')} help={t('rollout.maxFailuresHelp')}>
        <NumberInput
          integer
          isRequired
          min={0}
          max={100}
          value={maxFailurePercent}
          onChange={(value) => value !== null && onChange({ ...canary, maxFailurePercent: value })}
        />
      </Field>
      <Field label={t('rollout.minRuns')}>
        <NumberInput
          integer
          isRequired
          min={1}
          max={100_000}
          value={minRuns}
          onChange={(value) => value !== null && onChange({ ...canary, minRuns: value })}
        />
      </Field>
      <Field label={t('rollout.promoteAfter')} help={t('rollout.promoteAfterHelp')}>
        <NumberInput
          integer
          min={1}
          max={1_000_000}
          value={promoteAfter}
          onChange={(value) => onChange({ ...canary, promoteAfter: value })}
        />
      </Field>
    </>
  )
}
