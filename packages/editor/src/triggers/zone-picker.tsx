import { useCallback, useMemo, useState } from 'react'
import type { ControlProps } from '../inspector/controls/control-props.ts'
import { useInstance } from '../instance/instance-context.ts'
import { TriggerTexts } from '../shell/trigger-texts.tsx'
import { useFieldControl } from '../ui/field.tsx'
import { Icon } from '../ui/icon.tsx'
import { Popover } from '../ui/popover.tsx'
import { SearchList } from '../ui/search-list.tsx'
import { findTimeZones, listTimeZones, timeNamesOf } from './time-zones.ts'

/** Field that shows a time zone, with a list to search for another one. */
export function ZonePicker(props: ControlProps) {
  return (
    <TriggerTexts>
      <Picker {...props} />
    </TriggerTexts>
  )
}

function Picker({ field, value, onChange, isReadOnly }: ControlProps) {
  const { t } = useInstance()
  const control = useFieldControl()
  const [isOpen, setIsOpen] = useState(false)
  const zone = value ?? field.schema.default ?? ''
  return (
    <span className="tn-select">
      <Popover
        label={field.title}
        align="start"
        open={isOpen}
        onOpenChange={setIsOpen}
        trigger={
          <button
            type="button"
            role="combobox"
            aria-expanded={isOpen}
            {...control}
            className="tn-input tn-zone"
            disabled={isReadOnly}
            dir="ltr"
          >
            {typeof zone === 'string' ? zone : JSON.stringify(zone)}
          </button>
        }
      >
        <ZoneList
          onChoose={(name) => {
            setIsOpen(false)
            onChange(name)
          }}
          label={t('triggers.schedule.findZone')}
        />
      </Popover>
      <Icon name="chevronDown" />
    </span>
  )
}

const MAX_ZONES = 50

function ZoneList({ label, onChoose }: { readonly label: string; readonly onChoose: (zone: string) => void }) {
  const { t, locale } = useInstance()
  const zones = useMemo(listTimeZones, [])
  const now = useMemo(() => [Date.now()], [])
  const find = useCallback((query: string) => findTimeZones(zones, query).slice(0, MAX_ZONES), [zones])
  return (
    <SearchList
      label={label}
      listLabel={t('triggers.schedule.zones')}
      emptyText={t('triggers.schedule.noZone')}
      find={find}
      keyOf={({ name }) => name}
      onChoose={({ name }) => onChoose(name)}
    >
      {({ name }) => (
        <span className="tn-zone-option">
          <span dir="ltr">{name}</span>
          <small className="tn-muted">{timeNamesOf(name, locale, now)}</small>
        </span>
      )}
    </SearchList>
  )
}
