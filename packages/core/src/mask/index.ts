export { createRedactor, type Redactor } from './create-redactor.ts'
export { isCredentialField, isCredentialHeader, isCredentialQuery } from './credential-names.ts'
export { credentialsIn, maskCredentials } from './mask-credentials.ts'
export { MASK, maskText } from './mask-text.ts'
