# Writes OUT.h and OUT.cc, which hold FILE's bytes as throughline::embedded::NAME.
file(READ ${FILE} hex HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," bytes "${hex}")
file(WRITE ${OUT}.h "#pragma once\n#include <string_view>\nnamespace throughline::embedded { extern const std::string_view ${NAME}; }\n")
file(WRITE ${OUT}.cc "#include \"embedded/${NAME}.h\"\nnamespace throughline::embedded {\nnamespace { const char ${NAME}_bytes[] = {${bytes}'\\0'}; }\nconst std::string_view ${NAME}{${NAME}_bytes, sizeof ${NAME}_bytes - 1};\n}\n")
