import { LaterPart } from '../../ui/later-part.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import type { ControlProps } from './control-props.ts'

// Only documents with schedules need it.
const loadPicker = () => import('../../triggers/zone-picker.tsx')

/** Control for the name of a time zone. */
export function TimeZoneControl(props: ControlProps) {
  return (
    <LaterPart load={loadPicker} waiting={(trouble) => trouble ?? <Skeleton height={32} />}>
      {({ ZonePicker }) => <ZonePicker {...props} />}
    </LaterPart>
  )
}
