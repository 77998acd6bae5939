package zulip_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/zulip"
)

// TestMigrationPage makes sure that what the documentation tells users of the Python client to write exists: methods,
// functions, types and the fields of requests.
func TestMigrationPage(t *testing.T) {
	t.Parallel()
	snippets := migrationSnippets(t)
	require.GreaterOrEqual(t, len(snippets), 20)
	fields := exportedNames(t)
	for _, snippet := range snippets {
		source := "package p\nfunc _() {\n" + strings.ReplaceAll(snippet, "{ … }", "{}") + "\n}\n"
		if strings.HasPrefix(snippet, "func(") {
			source = "package p\nvar _ = " + snippet + "\n"
		}
		file, err := parser.ParseFile(token.NewFileSet(), "", source, 0)
		require.NoError(t, err, snippet)
		ast.Inspect(file, func(node ast.Node) bool {
			switch node := node.(type) {
			case *ast.SelectorExpr:
				checkSelector(t, fields, node)
			case *ast.CompositeLit:
				checkLiteral(t, fields, node)
			}
			return true
		})
	}
}

func checkSelector(t *testing.T, fields map[string][]string, selector *ast.SelectorExpr) {
	t.Helper()
	x, _ := selector.X.(*ast.Ident)
	if x == nil {
		return
	}
	of := map[string]reflect.Type{"client": reflect.TypeFor[*zulip.Client](), "b": reflect.TypeFor[*zulip.Bot]()}[x.Name]
	switch {
	case of != nil:
		_, found := of.MethodByName(selector.Sel.Name)
		assert.True(t, found, "%s has no method %s", of, selector.Sel.Name)
	case x.Name == "zulip":
		assert.Contains(t, fields, selector.Sel.Name)
	}
}

func checkLiteral(t *testing.T, fields map[string][]string, literal *ast.CompositeLit) {
	t.Helper()
	selector, _ := literal.Type.(*ast.SelectorExpr)
	if selector == nil {
		return
	}
	for _, element := range literal.Elts {
		pair, _ := element.(*ast.KeyValueExpr)
		require.NotNil(t, pair)
		key, _ := pair.Key.(*ast.Ident)
		require.NotNil(t, key)
		assert.Contains(t, fields[selector.Sel.Name], key.Name, "%s has no such field", selector.Sel.Name)
	}
}

// migrationSnippets are the second parts of the pairs in the documentation's last section.
func migrationSnippets(t *testing.T) (snippets []string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "doc.go", nil, parser.ParseComments)
	require.NoError(t, err)
	_, section, found := strings.Cut(file.Doc.Text(), "# Coming from the Python client")
	require.True(t, found)
	for pair := range strings.SplitSeq(section, "\n\n") {
		if wrote, write, isPair := strings.Cut(pair, "\n"); isPair && strings.HasPrefix(wrote, "\t") {
			snippets = append(snippets, strings.TrimSpace(strings.ReplaceAll(write, "\n\t", "\n")))
		}
	}
	return snippets
}

// exportedNames are what the package exports, structs with their fields.
func exportedNames(t *testing.T) map[string][]string {
	t.Helper()
	entries, err := os.ReadDir(".")
	require.NoError(t, err)
	names := map[string][]string{}
	for _, entry := range entries {
		if name := entry.Name(); !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), entry.Name(), nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		ast.Inspect(file, func(node ast.Node) bool {
			switch node := node.(type) {
			case *ast.FuncDecl:
				if node.Recv == nil {
					names[node.Name.Name] = nil
				}
				return false
			case *ast.ValueSpec:
				for _, name := range node.Names {
					names[name.Name] = nil
				}
			case *ast.TypeSpec:
				names[node.Name.Name] = structFields(node)
			}
			return true
		})
	}
	return names
}

func structFields(spec *ast.TypeSpec) (fields []string) {
	structure, _ := spec.Type.(*ast.StructType)
	if structure == nil {
		return nil
	}
	for _, field := range structure.Fields.List {
		for _, name := range field.Names {
			fields = append(fields, name.Name)
		}
	}
	return fields
}
