// The library finds its parts by decorators, which need this first.
import 'reflect-metadata/lite';

export * from '@peculiar/x509';
