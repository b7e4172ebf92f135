import type { TenonClient } from '@tenon/core/client'
import type { ExtractedField, ExtractionReason } from '@tenon/core/validate'
import { useMemo, useState } from 'react'
import { useTranslate } from '../instance/instance-context.ts'
import { enExtract } from '../messages/en/extract.ts'
import { useEditorStore, useSession } from '../session/session-context.tsx'
import { useUndoToast } from '../session/use-undo-toast.ts'
import { AddedTexts } from '../shell/added-texts.tsx'
import { Button } from '../ui/button.tsx'
import { Callout } from '../ui/callout.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { describeError } from '../ui/error-state.tsx'
import { Field } from '../ui/field.tsx'
import { TextInput } from '../ui/text-input.tsx'
import { type CreatedWorkflow, extractNodes, planNow } from './extract-nodes.ts'

interface ExtractFormProps {
  readonly client: TenonClient
  readonly onClose: () => void
}

/** Shows what an extraction would do, and does it; or the reasons why the selected nodes cannot be extracted. */
export function ExtractForm(props: ExtractFormProps) {
  return (
    <AddedTexts texts={enExtract}>
      <Form {...props} />
    </AddedTexts>
  )
}

const MOST_CHARACTERS = 200

function Form({ client, onClose }: ExtractFormProps) {
  const t = useTranslate()
  const session = useSession()
  const undoToast = useUndoToast()
  const document = useEditorStore((state) => state.document)
  const [nodeIds] = useState(() => [...session.store.getState().selectedNodes])
  const [name, setName] = useState(() => firstName(document.nodes.find(({ id }) => nodeIds.includes(id))?.name))
  const [isSending, setIsSending] = useState(false)
  const [failure, setFailure] = useState<{ readonly error: unknown } | null>(null)
  const [created, setCreated] = useState<CreatedWorkflow | null>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the plan is that of the document in the store
  const plan = useMemo(() => planNow(session, nodeIds, ''), [session, nodeIds, document])
  const title = name.trim()
  const extract = async () => {
    if (!plan.ok || title === '') return
    setIsSending(true)
    setFailure(null)
    let last = created
    const onCreated = (next: CreatedWorkflow) => {
      last = next
      setCreated(next)
    }
    try {
      const { extraction } = plan
      const isDone = await extractNodes({ client, session, nodeIds, name: title, extraction, created: last, onCreated })
      if (isDone) {
        undoToast(t('extract.done', { name: title }))
        onClose()
        return
      }
      setFailure({ error: null })
    } catch (error) {
      setFailure({ error })
    }
    setIsSending(false)
  }
  return (
    <Dialog
      open
      busy={isSending}
      onClose={onClose}
      title={t('action.extract')}
      description={plan.ok ? t('extract.text') : undefined}
      footer={
        <>
          <Button disabled={isSending} onClick={onClose}>
            {t('ui.cancel')}
          </Button>
          {plan.ok && (
            <Button variant="primary" busy={isSending} disabled={title === ''} onClick={() => void extract()}>
              {t('extract.submit', { count: plan.extraction.nodeIds.length })}
            </Button>
          )}
        </>
      }
    >
      <div className="tn-start">
        {failure !== null && <Failure error={failure.error} created={created} />}
        {plan.ok ? (
          <>
            <Field label={t('extract.name')}>
              <TextInput value={name} onChange={setName} maxLength={MOST_CHARACTERS} />
            </Field>
            <FieldList label={t('extract.inputs')} fields={plan.extraction.inputs} />
            <FieldList label={t('extract.outputs')} fields={plan.extraction.outputs} />
            {plan.extraction.variables.length > 0 && (
              <p>
                {t('extract.variables')}: {plan.extraction.variables.join(', ')}
              </p>
            )}
          </>
        ) : (
          <Reasons reasons={plan.reasons} />
        )}
      </div>
    </Dialog>
  )
}

const firstName = (name: string | undefined): string => (name ?? '').slice(0, MOST_CHARACTERS)

/** Says what failed, and what was created before. */
function Failure({ error, created }: { readonly error: unknown; readonly created: CreatedWorkflow | null }) {
  const t = useTranslate()
  const { why, remedy } = describeError(error, t)
  const left =
    created === null
      ? t('extract.unchanged')
      : t(created.isPublished ? 'extract.published' : 'extract.created', { name: created.name })
  return (
    <div role="alert">
      <Callout tone="failed" title={why === '' ? t('extract.failed') : why}>
        {[remedy, left].filter((text) => text !== '').join(' ')}
      </Callout>
    </div>
  )
}

function FieldList({ label, fields }: { readonly label: string; readonly fields: readonly ExtractedField[] }) {
  const t = useTranslate()
  return (
    <section aria-label={label}>
      <h3 className="tn-field-label">{label}</h3>
      {fields.length === 0 ? (
        <p>{t('extract.nothing')}</p>
      ) : (
        <ul className="tn-selection-list">
          {fields.map(({ name, from }) => (
            <li key={name}>
              <code dir="ltr">{name === from ? name : `${name} = ${from}`}</code>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

/** The reasons why nodes cannot be extracted, with the names of the nodes. */
function Reasons({ reasons }: { readonly reasons: readonly ExtractionReason[] }) {
  const t = useTranslate()
  const nodes = useEditorStore((state) => state.nodesById)
  return (
    <Callout tone="waiting" title={t('extract.refused')}>
      <ul>
        {reasons.map(({ code, nodeIds, value }) => {
          const names = nodeIds.map((id) => nodes.get(id)?.name ?? id).join(', ')
          const about = [value, names].filter(Boolean).join(' \u00b7 ')
          return (
            <li key={`${code} ${value}`} dir="auto">
              {t(`extract.reason.${code}`)} {about === '' ? null : <strong>{about}</strong>}
            </li>
          )
        })}
      </ul>
    </Callout>
  )
}
