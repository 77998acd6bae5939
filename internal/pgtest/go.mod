module github.com/signalbox-go/signalbox/internal/pgtest

go 1.26.0

require (
	github.com/lib/pq v1.12.3
	github.com/signalbox-go/signalbox v0.0.0
	github.com/stretchr/testify v1.12.1
)

require go.yaml.in/yaml/v3 v3.0.5 // indirect

replace github.com/signalbox-go/signalbox => ../..
