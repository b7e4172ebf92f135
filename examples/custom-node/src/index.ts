export { parcelStatus } from './definition.ts'
