# The README's picture, from a synthetic recording:
#   powerlog record --port sim:train --duration 8s --out recording.csv
#   gnuplot -e "csv='recording.csv'" docs/recording.gnuplot > docs/recording.svg
set terminal svg size 900,380 font 'Helvetica,13' background '#ffffff'
set datafile separator ','
set key outside top center horizontal samplen 2
set border 3 lc rgb '#888888'
set tics nomirror out textcolor rgb '#444444'
set grid ytics lc rgb '#e4e4e4' lw 1
set xlabel 'time / s' textcolor rgb '#444444'
set ylabel 'power / W' textcolor rgb '#444444'
set yrange [0:*]
set xrange [0:6]
plot csv using 1:3 every ::1 with lines lw 1 lc rgb '#222222' title 'system', \
     csv using 1:5 every ::1 with lines lw 1 lc rgb '#2a7ab8' title 'GPU', \
     csv using 1:4 every ::1 with lines lw 1 lc rgb '#d1662f' title 'CPU', \
     csv using 1:6 every ::1 with lines lw 1 lc rgb '#4d9a4d' title 'motherboard'
