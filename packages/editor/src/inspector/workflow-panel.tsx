import type { WorkflowSettings } from '@tenon/core/document'
import { useActions } from '../contexts/actions-context.ts'
import { useShortcut } from '../contexts/shortcut-label.ts'
import { useTranslate } from '../instance/instance-context.ts'
import { useEditorStore, useSession } from '../session/session-context.tsx'
import { useBurst } from '../session/use-burst.ts'
import { useWorkflowDetails } from '../session/workflow-details.ts'
import { Callout } from '../ui/callout.tsx'
import { Field } from '../ui/field.tsx'
import { IconButton } from '../ui/icon-button.tsx'
import { DurationInput } from './controls/duration-control.tsx'
import { SettingText } from './setting-text.tsx'
import { useFieldFocus } from './use-field-focus.ts'

/** Panel of the workflow itself, shown without a selection. */
export function WorkflowPanel() {
  const t = useTranslate()
  const actions = useActions()
  const { store } = useSession()
  const settings = useEditorStore((state) => state.document.settings)
  const details = useWorkflowDetails()
  const description = details?.description ?? settings.description ?? ''
  const isReadOnly = useEditorStore((state) => state.isReadOnly)
  const repairs = useEditorStore((state) => state.repairs)
  const count = useEditorStore((state) => state.document.nodes.length)
  const shortcut = useShortcut('show-shortcuts')
  const body = useFieldFocus(null)
  return (
    <div ref={body} className="tn-inspector-body">
      <header className="tn-inspector-head">
        <div className="tn-inspector-title">
          <h2 className="tn-inspector-heading">{t('inspector.workflow')}</h2>
          <small>{t('inspector.workflowNodes', { count })}</small>
        </div>
        <span className="tn-inspector-close">
          <IconButton
            icon="close"
            label={t('inspector.close')}
            onClick={() => store.setState({ isWorkflowPanelOpen: false })}
          />
        </span>
      </header>
      <div className="tn-panel-form" data-inspector-form>
        {repairs.length > 0 && (
          <Callout tone="waiting" title={t('inspector.repairs', { count: repairs.length })}>
            {repairs.slice(0, 5).join('. ')}
          </Callout>
        )}
        {isReadOnly ? (
          <p className="tn-panel-note">{description === '' ? t('inspector.noDescription') : description}</p>
        ) : (
          <WorkflowSettingsFields settings={settings} description={description} />
        )}
        {!isReadOnly && (
          <p className="tn-panel-note">
            {t('inspector.hint')}{' '}
            <button type="button" className="tn-link" onClick={actions['show-shortcuts']}>
              {t('inspector.shortcuts')}
            </button>{' '}
            {shortcut !== undefined && <kbd className="tn-kbd">{shortcut}</kbd>}
          </p>
        )}
      </div>
    </div>
  )
}

interface WorkflowSettingsFieldsProps {
  readonly settings: WorkflowSettings
  readonly description: string
}

function WorkflowSettingsFields({ settings, description }: WorkflowSettingsFieldsProps) {
  const t = useTranslate()
  const details = useWorkflowDetails()
  const { dispatch } = useSession()
  const inBurst = useBurst()
  const describe = (text: string) => {
    if (details !== null) details.update({ description: text })
    else dispatch({ type: 'set-setting', key: 'description', value: text === '' ? null : text })
  }
  return (
    <>
      <Field label={t('inspector.description')} help={t('inspector.descriptionHelp')}>
        <SettingText
          field={{ key: 'description', nodeId: null, path: ['description'], label: t('inspector.description') }}
          value={description}
          isReadOnly={false}
          onChange={describe}
        />
      </Field>
      <div data-param="timeout">
        <Field label={t('inspector.runLimit')} help={t('inspector.runLimitHelp')} group>
          <DurationInput
            field={{ key: 'timeout', nodeId: null, path: ['timeout'], label: t('inspector.runLimit') }}
            value={settings.timeout ?? null}
            minMs={1}
            isReadOnly={false}
            placeholder={t('control.noLimit')}
            unit="d"
            onChange={(value) => {
              const typed = { field: 'timeout', before: settings.timeout ?? '', after: value ?? '' }
              inBurst(typed, () => dispatch({ type: 'set-setting', key: 'timeout', value }))
            }}
          />
        </Field>
      </div>
    </>
  )
}
