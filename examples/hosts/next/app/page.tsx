import { Automation } from './automation-page'

export default function Page() {
  return <Automation />
}
