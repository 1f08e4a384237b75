{{/* How the objects are called. KEDA's own HorizontalPodAutoscaler has the longest name: keda-hpa-…-hook-executor, of 63 characters at most. */}}
{{- define "hookmint.fullname" -}}
{{- $ofRelease := contains "hookmint" .Release.Name | ternary .Release.Name (printf "%s-hookmint" .Release.Name) -}}
{{- $name := .Values.fullnameOverride | default $ofRelease -}}
{{- if gt (len $name) 40 -}}
{{- fail (printf "%s has more than 40 characters: set fullnameOverride" $name) -}}
{{- end -}}
{{- if not (regexMatch "^[a-z][-a-z0-9]*$" $name) -}}
{{- fail (printf "%s cannot be the name of a Service, which begins with a letter and has no dots: set fullnameOverride" $name) -}}
{{- end -}}
{{- $name -}}
{{- end -}}

{{/* Labels that tell the pods of this release from those of others in the namespace. */}}
{{- define "hookmint.ofRelease" -}}
app.kubernetes.io/name: hookmint
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end -}}

{{/* The same, of one service. (list $ "gateway") */}}
{{- define "hookmint.selector" -}}
{{- include "hookmint.ofRelease" (index . 0) }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end -}}

{{/* Labels of every object. */}}
{{- define "hookmint.labels" -}}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
app.kubernetes.io/part-of: hookmint
app.kubernetes.io/managed-by: {{ .Release.Service | quote }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name (.Chart.Version | replace "+" "_") | quote }}
{{- end -}}

{{/* Name, namespace and labels of an object of a service. (list $ "gateway") */}}
{{- define "hookmint.metadata" -}}
{{- $root := index . 0 -}}
name: {{ include "hookmint.fullname" $root }}-{{ index . 1 }}
namespace: {{ $root.Release.Namespace | quote }}
labels:
  app.kubernetes.io/name: hookmint
  {{- include "hookmint.labels" $root | nindent 2 }}
  app.kubernetes.io/component: {{ index . 1 }}
{{- end -}}

{{- define "hookmint.image" -}}
{{- with .Values.image -}}
{{- $version := .tag | default $.Chart.AppVersion -}}
{{- empty .digest | ternary (printf "%s:%s" .repository $version) (printf "%s@%s" .repository .digest) | quote -}}
{{- end -}}
{{- end -}}

{{/* The Secret of a service. (list $ "hook-executor" .Values.secrets.hookExecutor) */}}
{{- define "hookmint.secret" -}}
{{- index . 2 | default (printf "%s-%s" (include "hookmint.fullname" (index . 0)) (index . 1)) | quote -}}
{{- end -}}
