import {
  type JoinMode,
  type Json,
  type NodeId,
  type NodePolicy,
  ON_ERROR_CHOICES,
  RETRY_LIMITS,
  type RetryPolicy,
  type WorkflowNode,
} from '@tenon/core/document'
import type { NodeManifestEntry } from '@tenon/core/node'
import { ExpressionField } from '../expression-field/expression-field.tsx'
import { edgesInto, graphOf } from '../graph/graph.ts'
import { useTranslate } from '../instance/instance-context.ts'
import { useEditorStore, useSession } from '../session/session-context.tsx'
import { useBurst } from '../session/use-burst.ts'
import { useRowInput } from '../session/use-row-input.ts'
import type { TypedTextField } from '../session/use-typed-text.ts'
import { useUnreadable } from '../session/use-unreadable.ts'
import { Field, type FieldProps } from '../ui/field.tsx'
import { NumberInput } from '../ui/number-input.tsx'
import { Select } from '../ui/select.tsx'
import { DurationInput } from './controls/duration-control.tsx'
import { FieldFault } from './controls/field-fault.tsx'
import { textOf } from './controls/text-of.ts'
import { useFieldProblems } from './controls/use-field-problems.ts'
import { UndoField, useUndoneName } from './undo-field.tsx'

/** Ways of a node that undoes another one to end its last attempt. */
const UNDO_CHOICES = ['park', 'continue'] as const

interface PolicyTabProps {
  readonly node: WorkflowNode
  readonly entry: NodeManifestEntry | undefined
}

/** Tab with the policy of a node: attempts, timeout, failures, joins and the condition to skip it. */
export function PolicyTab({ node, entry }: PolicyTabProps) {
  const t = useTranslate()
  const { dispatch } = useSession()
  const inBurst = useBurst()
  const isReadOnly = useEditorStore((state) => state.isReadOnly)
  const own = node.policy ?? {}
  const policy: NodePolicy = { ...entry?.policy, ...own }
  const set = (field: keyof NodePolicy, value: Json | null) => {
    const typed = { field, before: textOf(own[field] as Json | undefined), after: textOf(value ?? undefined) }
    inBurst(typed, () => dispatch({ type: 'set-policy', nodeId: node.id, field, value }))
  }
  const undone = useUndoneName(node.id)
  const canBeUndone = entry !== undefined && entry.control === undefined && undone === null
  const onError = undone === null ? (policy.onError ?? 'fail') : policy.onError === 'continue' ? 'continue' : 'park'
  const isTrigger = entry?.category === 'trigger'
  const isInline = entry?.inline === true
  return (
    <div className="tn-panel-form">
      {isTrigger && <p className="tn-panel-note">{t('policy.trigger')}</p>}
      {undone !== null && <p className="tn-panel-note">{t('policy.undoes', { name: undone })}</p>}
      {!isTrigger && (
        <>
          <PolicyField
            nodeId={node.id}
            field="onError"
            label={t('policy.onError')}
            help={t(`policy.onError.${onError}`)}
          >
            <Select
              value={onError}
              disabled={isReadOnly}
              options={(undone === null ? ON_ERROR_CHOICES : UNDO_CHOICES).map((value) => ({
                value,
                label: t(`policy.onErrorChoice.${value}`),
              }))}
              onChange={(value) => set('onError', value)}
            />
          </PolicyField>
          {!isInline && (
            <>
              <RetryFields
                nodeId={node.id}
                retry={policy.retry ?? {}}
                isReadOnly={isReadOnly}
                onChange={(retry) => set('retry', retry)}
              />
              <PolicyField
                nodeId={node.id}
                field="timeout"
                label={t('policy.timeout')}
                help={t('policy.timeoutHelp')}
                group
              >
                <DurationInput
                  field={policyField(node.id, ['timeout'], t('policy.timeout'))}
                  value={policy.timeout ?? null}
                  minMs={1}
                  isReadOnly={isReadOnly}
                  placeholder={t('control.byDefault', { value: '30' })}
                  onChange={(value) => set('timeout', value)}
                />
              </PolicyField>
            </>
          )}
          {canBeUndone && (
            <PolicyField nodeId={node.id} field="compensation" label={t('policy.undo')} help={t('policy.undoHelp')}>
              <UndoField node={node} isReadOnly={isReadOnly} onChange={(id) => set('compensation', id)} />
            </PolicyField>
          )}
          <JoinField
            node={node}
            join={policy.join ?? 'all'}
            isReadOnly={isReadOnly}
            onChange={(join) => set('join', join)}
          />
          <PolicyField nodeId={node.id} field="skipIf" label={t('policy.skipIf')} help={t('policy.skipIfHelp')}>
            <ExpressionField
              nodeId={node.id}
              path={['policy', 'skipIf']}
              value={policy.skipIf ?? ''}
              onChange={(text) => set('skipIf', text === '' ? null : text)}
              placeholder={t('policy.neverSkipped')}
              isReadOnly={isReadOnly}
              label={t('policy.skipIf')}
            />
          </PolicyField>
        </>
      )}
    </div>
  )
}

interface PolicyFieldProps extends Omit<FieldProps, 'error'> {
  readonly nodeId: NodeId
  readonly field: keyof NodePolicy
}

/** Field of the policy with its problems. */
function PolicyField({ nodeId, field, help, ...rest }: PolicyFieldProps) {
  const [first, ...more] = useFieldProblems(nodeId, ['policy', field], { withParts: true })
  const fault = first === undefined ? undefined : <FieldFault problem={first} more={more.length} />
  const isError = first?.severity === 'error'
  return (
    <div data-param={`policy.${field}`}>
      <Field {...rest} help={fault !== undefined && !isError ? fault : help} error={isError ? fault : undefined} />
    </div>
  )
}

function policyField(nodeId: NodeId, path: readonly string[], label: string): TypedTextField {
  return { key: `${nodeId}/policy/${path.join('/')}`, nodeId, path: ['policy', ...path], label }
}

interface RetryFieldsProps {
  readonly nodeId: NodeId
  readonly retry: RetryPolicy
  readonly isReadOnly: boolean
  readonly onChange: (retry: { readonly [key: string]: Json }) => void
}

function RetryFields({ nodeId, retry, isReadOnly, onChange }: RetryFieldsProps) {
  const t = useTranslate()
  const attempts = useUnreadable(policyField(nodeId, ['retry'], t('policy.attempts')))
  const firstWait = policyField(nodeId, ['retry', 'initialInterval'], t('policy.firstWait'))
  const hasWait = (retry.maximumAttempts ?? 3) > 1
  useRowInput(nodeId, hasWait ? [{ id: 'initialInterval', key: firstWait.key }] : [])
  const set = (change: Record<string, Json | null>) => {
    const next = Object.entries({ ...retry, ...change }).filter(([, value]) => value !== null && value !== undefined)
    onChange(Object.fromEntries(next) as { readonly [key: string]: Json })
  }
  return (
    <>
      <PolicyField nodeId={nodeId} field="retry" label={t('policy.attempts')} help={t('policy.attemptsHelp')}>
        <NumberInput
          {...attempts}
          integer
          min={1}
          max={RETRY_LIMITS.attempts}
          value={retry.maximumAttempts ?? 3}
          disabled={isReadOnly}
          onChange={(maximumAttempts) => set({ maximumAttempts })}
        />
      </PolicyField>
      {hasWait && (
        <div data-param="policy.retry.initialInterval">
          <Field label={t('policy.firstWait')} help={t('policy.firstWaitHelp')} group>
            <DurationInput
              field={firstWait}
              value={retry.initialInterval ?? '1s'}
              minMs={RETRY_LIMITS.minIntervalMs}
              isReadOnly={isReadOnly}
              onChange={(initialInterval) => set({ initialInterval })}
            />
          </Field>
        </div>
      )}
    </>
  )
}

interface JoinFieldProps {
  readonly node: WorkflowNode
  readonly join: JoinMode
  readonly isReadOnly: boolean
  readonly onChange: (join: Json) => void
}

// The join mode only matters for a node with several incoming edges.
function JoinField({ node, join, isReadOnly, onChange }: JoinFieldProps) {
  const t = useTranslate()
  const count = policyField(node.id, ['join', 'count'], t('policy.joinCount'))
  const unreadable = useUnreadable(count)
  useRowInput(node.id, typeof join === 'object' ? [{ id: 'count', key: count.key }] : [])
  const arriving = useEditorStore((state) => edgesInto(graphOf(state.document), node.id).length)
  if (arriving < 2 && join === 'all') return null
  const kind = typeof join === 'object' ? 'count' : join
  return (
    <>
      <PolicyField nodeId={node.id} field="join" label={t('policy.join')} help={t(`policy.join.${kind}`)}>
        <Select
          value={kind}
          disabled={isReadOnly}
          options={(['all', 'any', 'first-success', 'count'] as const).map((value) => ({
            value,
            label: t(`policy.joinChoice.${value}`),
          }))}
          onChange={(value) => onChange(value === 'count' ? { count: Math.max(1, arriving - 1) } : value)}
        />
      </PolicyField>
      {typeof join === 'object' && (
        <div data-param="policy.join.count">
          <Field label={t('policy.joinCount')} help={t('policy.joinCountHelp', { count: arriving })}>
            <NumberInput
              {...unreadable}
              integer
              min={1}
              isRequired
              value={join.count}
              disabled={isReadOnly}
              onChange={(count) => {
                if (count !== null) onChange({ count })
              }}
            />
          </Field>
        </div>
      )}
    </>
  )
}
