{{/* Head of a NetworkPolicy. (list $ "gateway") */}}
{{- define "hookmint.policy" -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: {{ include "hookmint.fullname" (index . 0) }}-{{ index . 1 }}
  namespace: {{ (index . 0).Release.Namespace | quote }}
  labels:
    {{- include "hookmint.labels" (index . 0) | nindent 4 }}
{{- end -}}

{{/* All pods of this release. */}}
{{- define "hookmint.allPods" -}}
app.kubernetes.io/part-of: hookmint
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end -}}

{{/* A way out. (list .Values.networkPolicies.nats) */}}
{{- define "hookmint.to" -}}
- to:
    {{- toYaml .peers | nindent 4 }}
  ports: [{ protocol: TCP, port: {{ .port | int }} }]
{{- end -}}

{{/* One to another service of the release. (list $ "management" 8081) */}}
{{- define "hookmint.toService" -}}
- to:
    - podSelector:
        matchLabels:
          {{- include "hookmint.selector" . | nindent 10 }}
  ports: [{ protocol: TCP, port: {{ index . 2 }} }]
{{- end -}}

{{/* One to public addresses. (list $ (list 443)) */}}
{{- define "hookmint.toPublic" -}}
{{- $also := (index . 0).Values.networkPolicies.alsoNotPublic -}}
- to:
    - ipBlock:
        cidr: 0.0.0.0/0
        except:
          - 0.0.0.0/8
          - 10.0.0.0/8
          - 100.64.0.0/10
          - 127.0.0.0/8
          - 168.63.129.16/32
          - 169.254.0.0/16
          - 172.16.0.0/12
          - 192.0.0.0/24
          - 192.168.0.0/16
          - 198.18.0.0/15
          - 224.0.0.0/3
          {{- range $also }}
          {{- if not (contains ":" .) }}
          - {{ . | quote }}
          {{- end }}
          {{- end }}
    - ipBlock:
        cidr: ::/0
        except:
          - '::1/128'
          - '64:ff9b::/96'
          - fc00::/7
          - fe80::/10
          - ff00::/8
          {{- range $also }}
          {{- if contains ":" . }}
          - {{ . | quote }}
          {{- end }}
          {{- end }}
  {{- include "hookmint.toPorts" (index . 1) | nindent 2 }}
{{- end -}}

{{/* One to addresses that are named. (list (list "10.0.0.0/8") (list 443)) */}}
{{- define "hookmint.toAddresses" -}}
- to:
    {{- range index . 0 }}
    - ipBlock:
        cidr: {{ contains "/" . | ternary . (printf "%s/%s" . (contains ":" . | ternary "128" "32")) | quote }}
    {{- end }}
  {{- include "hookmint.toPorts" (index . 1) | nindent 2 }}
{{- end -}}

{{- define "hookmint.toPorts" -}}
ports:
  {{- range . }}
  - { protocol: TCP, port: {{ . | int }} }
  {{- end }}
{{- end -}}
