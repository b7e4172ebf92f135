import { type JoinMode, type Json, type NodePolicy, ON_ERROR_CHOICES, type WorkflowNode } from '@tenon/core/document'
import type { NodeManifestEntry } from '@tenon/core/node'
import { edgesInto, graphOf } from '../graph/graph.ts'
import { useInstance, useTranslate } from '../instance/instance-context.ts'
import { useEditorStore, useSession } from '../session/session-context.tsx'
import { useBurst } from '../session/use-burst.ts'
import { useRowInput } from '../session/use-row-input.ts'
import { useUnreadable } from '../session/use-unreadable.ts'
import { PolicyTexts } from '../shell/policy-texts.tsx'
import { Field } from '../ui/field.tsx'
import { NumberInput } from '../ui/number-input.tsx'
import { Select } from '../ui/select.tsx'
import { AttemptFields, type SetPolicy, TemplateField } from './attempt-fields.tsx'
import { textOf } from './controls/text-of.ts'
import { PolicyField, policyField } from './policy-field.tsx'
import { policySentences } from './policy-summary.ts'
import { UndoField, useUndoneName } from './undo-field.tsx'

/** Ways of a node that undoes another one to end its last attempt. */
const UNDO_CHOICES = ['park', 'continue'] as const

interface PolicyTabProps {
  readonly node: WorkflowNode
  readonly entry: NodeManifestEntry | undefined
}

/** Tab with the policy of a node: what will happen in words, attempts, times, failures, joins and conditions. */
export function PolicyTab(props: PolicyTabProps) {
  return (
    <PolicyTexts>
      <PolicyForm {...props} />
    </PolicyTexts>
  )
}

function PolicyForm({ node, entry }: PolicyTabProps) {
  const { t, locale } = useInstance()
  const { dispatch } = useSession()
  const inBurst = useBurst()
  const isReadOnly = useEditorStore((state) => state.isReadOnly)
  const own = node.policy ?? {}
  const policy: NodePolicy = { ...entry?.policy, ...own, retry: { ...entry?.policy?.retry, ...own.retry } }
  const set: SetPolicy = (field, value) => {
    const typed = { field, before: textOf(own[field] as Json | undefined), after: textOf(value ?? undefined) }
    inBurst(typed, () => dispatch({ type: 'set-policy', nodeId: node.id, field, value }))
  }
  const undone = useUndoneName(node.id)
  const canBeUndone = entry !== undefined && entry.control === undefined && undone === null
  const onError = undone === null ? (policy.onError ?? 'fail') : policy.onError === 'continue' ? 'continue' : 'park'
  const isInline = entry?.inline === true
  if (entry?.category === 'trigger') {
    return (
      <div className="tn-panel-form">
        <p className="tn-panel-note">{t('policy.trigger')}</p>
      </div>
    )
  }
  const fields = { node, policy, isReadOnly, set }
  return (
    <div className="tn-panel-form">
      {undone !== null && <p className="tn-panel-note">{t('policy.undoes', { name: undone })}</p>}
      <p className="tn-panel-note" role="note" aria-label={t('policy.says')}>
        {policySentences({ policy, isInline, onError }, t, locale)}
      </p>
      <PolicyField
        nodeId={node.id}
        path={['onError']}
        label={t('policy.onError')}
        help={t(`policy.onError.${onError}`)}
        onReset={own.onError === undefined || isReadOnly ? null : () => set('onError', null)}
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
      {!isInline && <AttemptFields {...fields} />}
      {canBeUndone && (
        <PolicyField nodeId={node.id} path={['compensation']} label={t('policy.undo')} help={t('policy.undoHelp')}>
          <UndoField node={node} isReadOnly={isReadOnly} onChange={(id) => set('compensation', id)} />
        </PolicyField>
      )}
      <JoinField
        node={node}
        join={policy.join ?? 'all'}
        isReadOnly={isReadOnly}
        onChange={(join) => set('join', join)}
      />
      <TemplateField
        {...fields}
        field="skipIf"
        label={t('policy.skipIf')}
        help={t('policy.skipIfHelp')}
        placeholder={t('policy.neverSkipped')}
      />
      {entry?.effect === 'write' && (
        <TemplateField
          {...fields}
          field="idempotency"
          label={t('policy.idempotency')}
          help={t('policy.idempotencyHelp')}
          placeholder={t('policy.ownKey')}
        />
      )}
    </div>
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
      <PolicyField nodeId={node.id} path={['join']} label={t('policy.join')} help={t(`policy.join.${kind}`)}>
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
