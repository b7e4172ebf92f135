export { type AwsKmsKeyProviderOptions, awsKmsKeyProvider } from './aws-kms-key-provider.ts'
