import { type Json, type NodePolicy, RETRY_LIMITS, type RetryPolicy, type WorkflowNode } from '@tenon/core/document'
import { useMemo } from 'react'
import { ExpressionField } from '../expression-field/expression-field.tsx'
import { useInstance } from '../instance/instance-context.ts'
import { useRowInput } from '../session/use-row-input.ts'
import { type TypedTextField, useTypedText } from '../session/use-typed-text.ts'
import { useUnreadable } from '../session/use-unreadable.ts'
import { FieldNote } from '../ui/field.tsx'
import { NumberInput } from '../ui/number-input.tsx'
import { TextInput } from '../ui/text-input.tsx'
import { DurationInput } from './controls/duration-control.tsx'
import { diagnosticsOf, useFieldProblems } from './controls/use-field-problems.ts'
import { PolicyField, policyField } from './policy-field.tsx'
import { longestWaitText } from './policy-summary.ts'

/** Sets a field of a node's own policy; `null` removes it. */
export type SetPolicy = (field: keyof NodePolicy, value: Json | null) => void

interface AttemptFieldsProps {
  readonly node: WorkflowNode
  /** Policy of the node over that of its type. */
  readonly policy: NodePolicy
  readonly isReadOnly: boolean
  readonly set: SetPolicy
}

/** Fields for the attempts of a node: how many, when, and how long each of them and all together may take. */
export function AttemptFields(props: AttemptFieldsProps) {
  const { node, policy, isReadOnly, set } = props
  const { t } = useInstance()
  const own = node.policy ?? {}
  const resetOf = (field: keyof NodePolicy) => (own[field] === undefined || isReadOnly ? null : () => set(field, null))
  const duration = (field: 'timeout' | 'totalTimeout' | 'heartbeat', words: DurationWords) => (
    <PolicyField nodeId={node.id} path={[field]} label={words.label} help={words.help} group onReset={resetOf(field)}>
      <DurationInput
        field={policyField(node.id, [field], words.label)}
        value={policy[field] ?? null}
        minMs={1}
        isReadOnly={isReadOnly}
        placeholder={words.placeholder}
        onChange={(value) => set(field, value)}
      />
    </PolicyField>
  )
  return (
    <>
      <RetryFields {...props} />
      {(policy.retry?.maximumAttempts ?? 3) > 1 && (
        <TemplateField
          {...props}
          field="retryIf"
          label={t('policy.retryIf')}
          help={t('policy.retryIfHelp')}
          placeholder={t('policy.always')}
        />
      )}
      {duration('timeout', {
        label: t('policy.timeout'),
        help: t('policy.timeoutHelp'),
        placeholder: t('control.byDefault', { value: '30' }),
      })}
      {duration('totalTimeout', {
        label: t('policy.total'),
        help: t('policy.totalHelp'),
        placeholder: t('control.noLimit'),
      })}
      {duration('heartbeat', {
        label: t('policy.heartbeat'),
        help: t('policy.heartbeatHelp'),
        placeholder: t('control.noLimit'),
      })}
      <PolicyField
        nodeId={node.id}
        path={['taskQueue']}
        label={t('policy.queue')}
        help={t('policy.queueHelp')}
        onReset={resetOf('taskQueue')}
      >
        <PolicyText
          field={policyField(node.id, ['taskQueue'], t('policy.queue'))}
          value={policy.taskQueue ?? ''}
          isReadOnly={isReadOnly}
          maxLength={100}
          placeholder={t('policy.anyWorker')}
          onChange={(text) => set('taskQueue', text === '' ? null : text)}
        />
      </PolicyField>
    </>
  )
}

interface DurationWords {
  readonly label: string
  readonly help: string
  readonly placeholder: string
}

interface TemplateFieldProps extends AttemptFieldsProps {
  readonly field: 'retryIf' | 'skipIf' | 'idempotency'
  readonly label: string
  readonly help: string
  /** Meaning of an empty field. */
  readonly placeholder: string
}

/** Field for a template of the policy. */
export function TemplateField(props: TemplateFieldProps) {
  const { node, policy, field, label, help, placeholder, isReadOnly, set } = props
  const problems = useFieldProblems(node.id, ['policy', field])
  const diagnostics = useMemo(() => diagnosticsOf(problems), [problems])
  const isOwn = node.policy?.[field] !== undefined
  return (
    <PolicyField
      nodeId={node.id}
      path={[field]}
      label={label}
      help={help}
      onReset={isOwn && !isReadOnly ? () => set(field, null) : null}
    >
      <ExpressionField
        nodeId={node.id}
        path={['policy', field]}
        value={policy[field] ?? ''}
        onChange={(text) => set(field, text === '' ? null : text)}
        placeholder={placeholder}
        diagnostics={diagnostics}
        isReadOnly={isReadOnly}
        label={label}
      />
    </PolicyField>
  )
}

function RetryFields({ node, policy, isReadOnly, set }: AttemptFieldsProps) {
  const { t, locale } = useInstance()
  const retry = policy.retry ?? {}
  const own = node.policy?.retry
  const nodeId = node.id
  const attempts = useUnreadable(policyField(nodeId, ['retry', 'maximumAttempts'], t('policy.attempts')))
  const firstWait = policyField(nodeId, ['retry', 'initialInterval'], t('policy.firstWait'))
  const longestWait = policyField(nodeId, ['retry', 'maximumInterval'], t('policy.longestWait'))
  const growthField = policyField(nodeId, ['retry', 'backoffCoefficient'], t('policy.growth'))
  const growth = useUnreadable(growthField)
  const codes = policyField(nodeId, ['retry', 'nonRetryableErrorTypes'], t('policy.finalCodes'))
  const hasWait = (retry.maximumAttempts ?? 3) > 1
  const waits = [firstWait, longestWait, growthField, codes].map(({ key }) => ({ id: key, key }))
  useRowInput(nodeId, hasWait ? waits : [])
  const change = (field: keyof RetryPolicy, value: Json | null) => {
    const next = Object.entries({ ...own, [field]: value }).filter(([, each]) => each !== null && each !== undefined)
    set('retry', next.length === 0 ? null : (Object.fromEntries(next) as Json))
  }
  const resetOf = (field: keyof RetryPolicy) =>
    own?.[field] === undefined || isReadOnly ? null : () => change(field, null)
  return (
    <>
      <PolicyField
        nodeId={nodeId}
        path={['retry', 'maximumAttempts']}
        label={t('policy.attempts')}
        help={t('policy.attemptsHelp')}
        onReset={resetOf('maximumAttempts')}
      >
        <NumberInput
          {...attempts}
          integer
          min={1}
          max={RETRY_LIMITS.attempts}
          value={retry.maximumAttempts ?? 3}
          disabled={isReadOnly}
          onChange={(value) => change('maximumAttempts', value)}
        />
      </PolicyField>
      {hasWait && (
        <>
          <PolicyField
            nodeId={nodeId}
            path={['retry', 'initialInterval']}
            label={t('policy.firstWait')}
            group
            onReset={resetOf('initialInterval')}
          >
            <DurationInput
              field={firstWait}
              value={retry.initialInterval ?? '1s'}
              minMs={RETRY_LIMITS.minIntervalMs}
              isReadOnly={isReadOnly}
              onChange={(value) => change('initialInterval', value)}
            />
          </PolicyField>
          <PolicyField
            nodeId={nodeId}
            path={['retry', 'backoffCoefficient']}
            label={t('policy.growth')}
            help={t('policy.growthHelp')}
            onReset={resetOf('backoffCoefficient')}
          >
            <NumberInput
              {...growth}
              min={1}
              max={1_000}
              value={retry.backoffCoefficient ?? 2}
              disabled={isReadOnly}
              onChange={(value) => change('backoffCoefficient', value)}
            />
          </PolicyField>
          <PolicyField
            nodeId={nodeId}
            path={['retry', 'maximumInterval']}
            label={t('policy.longestWait')}
            help={
              retry.maximumInterval === undefined
                ? t('policy.longestWaitDefault', { value: longestWaitText(retry, locale) })
                : t('policy.longestWaitHelp')
            }
            group
            onReset={resetOf('maximumInterval')}
          >
            <DurationInput
              field={longestWait}
              value={retry.maximumInterval ?? null}
              minMs={RETRY_LIMITS.minIntervalMs}
              isReadOnly={isReadOnly}
              onChange={(value) => change('maximumInterval', value)}
            />
          </PolicyField>
          <PolicyField
            nodeId={nodeId}
            path={['retry', 'nonRetryableErrorTypes']}
            withParts
            label={t('policy.finalCodes')}
            help={t('policy.finalCodesHelp')}
            onReset={resetOf('nonRetryableErrorTypes')}
          >
            <PolicyText
              field={codes}
              value={(retry.nonRetryableErrorTypes ?? []).join(', ')}
              isReadOnly={isReadOnly}
              placeholder={t('control.example', { value: 'HTTP_STATUS' })}
              check={(text) => (areCodes(codesOf(text)) ? null : t('policy.finalCodesFault'))}
              isSame={(text, value) => codesOf(text).join(', ') === value}
              onChange={(text) => change('nonRetryableErrorTypes', codesOf(text).length === 0 ? null : codesOf(text))}
            />
          </PolicyField>
        </>
      )}
    </>
  )
}

function codesOf(text: string): string[] {
  return text.split(/[\s,]+/).filter((code) => code !== '')
}

function areCodes(codes: readonly string[]): boolean {
  return codes.length <= 100 && codes.every((code) => code.length <= 200)
}

interface PolicyTextProps {
  readonly field: TypedTextField
  readonly value: string
  readonly isReadOnly: boolean
  readonly placeholder: string
  readonly maxLength?: number
  readonly check?: (text: string) => string | null
  readonly isSame?: (text: string, value: string) => boolean
  readonly onChange: (text: string) => void
}

function PolicyText(props: PolicyTextProps) {
  const { field, value, isReadOnly, placeholder, maxLength, check, isSame, onChange } = props
  const typed = useTypedText({
    ...{ field, value, onCommit: (text: string) => onChange(text.trim()) },
    ...(check === undefined ? {} : { check }),
    ...(isSame === undefined ? {} : { isSame }),
  })
  return (
    <>
      <TextInput
        value={typed.text}
        maxLength={maxLength}
        disabled={isReadOnly}
        placeholder={placeholder}
        spellCheck={false}
        onChange={typed.onChange}
        onBlur={typed.onBlur}
      />
      <FieldNote error={typed.error} />
    </>
  )
}
