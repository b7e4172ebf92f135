import type { ApprovalCall } from '@tenon/core/client'
import { isJsonObject, type Json, type JsonObject, jsonEqual } from '@tenon/core/document'
import { useMemo, useState } from 'react'
import { useTranslate } from '../../instance/instance-context.ts'
import { CallTexts } from '../../shell/call-texts.tsx'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Evidence } from '../approval/evidence.tsx'
import { ValueForm } from '../form/value-form.tsx'
import { paramsToEnter } from '../parked/resolution-values.ts'

interface CallArgumentsProps {
  readonly call: ApprovalCall
  /** True if the reader may decide, and so change the arguments. */
  readonly canDecide: boolean
  /** Params that the reader has entered; `null` for those of the call. */
  readonly edited: JsonObject | null
  readonly onEdit: (params: JsonObject | null) => void
}

/** {@link CallArguments} with its texts. */
export function CallArgumentsPart(props: CallArgumentsProps) {
  return (
    <CallTexts>
      <CallArguments {...props} />
    </CallTexts>
  )
}

/** The arguments of a call that waits for an approval, with a form to change them. */
function CallArguments({ call, canDecide, edited, onEdit }: CallArgumentsProps) {
  const t = useTranslate()
  const [isEditing, setIsEditing] = useState(false)
  const shown: Json = edited ?? call.params
  const isEmpty = isJsonObject(shown) && Object.keys(shown).length === 0
  return (
    <section aria-label={t('runs.called.input')}>
      <h3 className="tn-field-label">{t('runs.called.input')}</h3>
      {isEmpty ? <p className="tn-muted">{t('runs.called.none')}</p> : <Evidence value={shown} />}
      {edited !== null && canDecide && (
        <p className="tn-muted" role="status">
          {t('runs.called.changed')}{' '}
          <button type="button" className="tn-link" onClick={() => onEdit(null)}>
            {t('runs.called.undo')}
          </button>
        </p>
      )}
      {call.isEditable && canDecide && <Button onClick={() => setIsEditing(true)}>{t('runs.called.edit')}</Button>}
      {isEditing && (
        <ArgumentsDialog
          schema={call.schema}
          params={shown}
          onClose={() => setIsEditing(false)}
          onUse={(params) => {
            onEdit(jsonEqual(params, call.params) ? null : params)
            setIsEditing(false)
          }}
        />
      )}
    </section>
  )
}

interface ArgumentsDialogProps extends Pick<ApprovalCall, 'schema'> {
  readonly params: Json
  readonly onClose: () => void
  readonly onUse: (params: JsonObject) => void
}

function ArgumentsDialog({ schema, params, onClose, onUse }: ArgumentsDialogProps) {
  const t = useTranslate()
  const entered = useMemo(() => paramsToEnter({ node: null, params: schema }, params), [schema, params])
  return (
    <Dialog open size="l" onClose={onClose} title={t('runs.called.edit')}>
      <div className="tn-form">
        <p className="tn-muted">{t('runs.called.editHelp')}</p>
        <ValueForm
          schema={entered.schema}
          draft={entered.draft}
          texts={{
            json: t('runs.called.json'),
            noFields: t('runs.called.none'),
            failed: t('runs.called.failed'),
            submit: t('runs.called.use'),
          }}
          isParams
          onCancel={onClose}
          onSubmit={async (value) => onUse(isJsonObject(value) ? value : {})}
        />
      </div>
    </Dialog>
  )
}
